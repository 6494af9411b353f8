"""Tables for people: aligned columns, the unit in the header."""

import re
from collections.abc import Sequence

from hwgen.arith.metrics import ErrorMetrics

__all__ = ["ERROR_HEADERS", "brief", "error_cells", "table"]

ERROR_HEADERS = ("mean", "std", "MAE", "MRE %", "WCE", "wrong %")


def brief(names: str) -> str:
    """Names of multipliers for a column: without the names of parameters."""
    return re.sub(r"\w+=", "", names)


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Text of a table with one header line; columns of numbers are set flush right.

    Floats are shown with four significant digits; format a cell beforehand to show more.
    None shows as a dash.
    """
    body = [[_text(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headers, *body, strict=True)]
    right = [all(map(_is_number, column)) for column in zip(*body, strict=True)]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(cells, widths, right, strict=True)
        ).rstrip()

    return "\n".join([line(headers), line(["-" * w for w in widths]), *map(line, body)])


def error_cells(error: ErrorMetrics) -> tuple[float, ...]:
    """Cells under :data:`ERROR_HEADERS`."""
    return (
        error.mean,
        error.std,
        error.mae,
        100 * error.mre,
        error.wce,
        100 * error.error_probability,
    )


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d*\.?\d*(e[-+]\d+)?|nan|-?inf", text) is not None


def _text(cell: object) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:.4g}" if abs(cell) < 1e4 else f"{cell:.0f}"
    return str(cell)
