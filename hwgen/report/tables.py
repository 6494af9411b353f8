"""Tables of a page."""

from collections.abc import Sequence
from html import escape

__all__ = ["table"]


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    text_columns: int,
    strong: int | None = None,
) -> str:
    """HTML table that scrolls on narrow screens.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequence of str
    text_columns : int
        Columns, from the left, that hold words; the others are right-aligned figures.
    strong : int, optional
        Row that is emphasized.
    """

    def cells(tag: str, texts: Sequence[str]) -> str:
        words = "".join(f"<{tag}>{escape(x)}</{tag}>" for x in texts[:text_columns])
        figures = "".join(f'<{tag} class="n">{escape(x)}</{tag}>' for x in texts[text_columns:])
        return words + figures

    body = ""
    for number, row in enumerate(rows):
        mark = ' class="strong"' if number == strong else ""
        body += f"<tr{mark}>{cells('td', row)}</tr>\n"
    return (
        f'<div class="scroll"><table><thead><tr>{cells("th", header)}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>"
    )
