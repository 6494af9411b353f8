"""The folder with everything about the catalogue: figures, pictures, page."""

from collections.abc import Sequence
from pathlib import Path

from hwgen.cost.operands import UNIFORM_SAMPLES
from hwgen.figures.document import document, picture_name
from hwgen.figures.plots import error_against_cost
from hwgen.figures.rows import Figures, rows_text

__all__ = ["write"]


def write(rows: Sequence[Figures], folder: Path, command: str) -> None:
    """Write ``figures.csv``, a picture per technology and ``multipliers.md`` into a folder.

    Parameters
    ----------
    rows : sequence of Figures
    folder : Path
        Exists already.
    command : str
        What makes the folder again; the page names it.
    """
    texts = {
        "figures.csv": rows_text(rows),
        "multipliers.md": document(rows, command, UNIFORM_SAMPLES),
    }
    for technology in dict.fromkeys(row.technology for row in rows):
        some = [row for row in rows if row.technology == technology]
        texts[picture_name(technology)] = error_against_cost(some)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
