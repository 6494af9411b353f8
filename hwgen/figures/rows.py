"""Figures of multipliers as rows of a table: one per multiplier, mode and technology."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from hwgen.errors import DataError
from hwgen.files import read_text

__all__ = ["OWN", "Figures", "read_rows", "rows_text", "shipped_rows"]

OWN = "hwgen"  # source of the catalogue's own multipliers
SHIPPED = Path(__file__).with_name("figures.csv")
DIGITS = 6  # significant: no machine's order of additions shows


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How wrong one mode of a multiplier is, and what it costs in one technology.

    Parameters
    ----------
    name, source : str
        Multiplier, and the library it is from; ours is :data:`OWN`.
    a_kind, w_kind : str
        Operand kinds, such as ``u8``.
    mode : int
    mode_name : str
    mean, std, residual_std, mae, wce, mre, error_probability : float
        Of uniform operands; as in :class:`hwgen.arith.metrics.ErrorMetrics`.
    mae_percent : float
        ``mae`` in percent of ``2**(a_width + w_width)``.
    is_zero_preserving : bool
    technology : str
    area_um2, delay_ns, leakage_nw : float
        Of the multiplier alone, whatever the mode.
    energy_pj : float
        Mean switching energy of one product of uniform operands while the weight stays.
    energy_moving_pj : float
        The same when the weight changes together with every activation.
    """

    name: str
    source: str
    a_kind: str
    w_kind: str
    mode: int
    mode_name: str
    mean: float
    std: float
    residual_std: float
    mae: float
    mae_percent: float
    wce: int
    mre: float
    error_probability: float
    is_zero_preserving: bool
    technology: str
    area_um2: float
    delay_ns: float
    leakage_nw: float
    energy_pj: float
    energy_moving_pj: float

    @property
    def kinds(self) -> str:
        """Operand kinds: ``u8 x s8``."""
        return f"{self.a_kind} x {self.w_kind}"

    @property
    def family(self) -> str:
        """First word of the name for our own, the source for others."""
        return self.name.split("_")[0] if self.source == OWN else self.source

    @property
    def is_exact(self) -> bool:
        """Whether no product is wrong."""
        return self.wce == 0


def rows_text(rows: Iterable[Figures]) -> str:
    """The rows as CSV, floats with six significant digits."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = [field.name for field in fields(Figures)]
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in names])
    return stream.getvalue()


def read_rows(path: Path) -> list[Figures]:
    """Rows of a CSV file that :func:`rows_text` made."""
    text = read_text(path, "figures", DataError)
    kinds = get_type_hints(Figures)
    reader = csv.DictReader(io.StringIO(text))
    if reader.fieldnames != list(kinds):
        raise DataError(f"figures {path} must have the columns {', '.join(kinds)}")
    try:
        return [_row(kinds, cells) for cells in reader]
    except (TypeError, ValueError) as error:
        raise DataError(f"figures {path} line {reader.line_num}: {error}") from error


def shipped_rows() -> list[Figures]:
    """Figures of the catalogue that ship with hwgen, in several technologies."""
    return read_rows(SHIPPED)


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else value


def _row(kinds: dict[str, type], cells: dict[str, str]) -> Figures:
    values: dict[str, Any] = {
        name: bool(int(cell)) if kinds[name] is bool else kinds[name](cell)
        for name, cell in cells.items()
    }
    return Figures(**values)
