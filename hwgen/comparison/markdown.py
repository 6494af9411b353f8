"""Pieces of Markdown: tables and numbers."""

from collections.abc import Sequence

__all__ = ["change", "percent", "points", "table"]


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, text_columns: int = 99) -> str:
    """A table; columns from ``text_columns`` on are flush right."""
    marks = ["---" if i < text_columns else "---:" for i in range(len(header))]
    lines = [list(header), marks, *(list(map(_cell, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def percent(share: float) -> str:
    """A share in percent."""
    return f"{100 * share:.1f} %"


def change(share: float | None) -> str:
    """A signed share in percent; nothing where it is not known."""
    return "" if share is None else f"{100 * share:+.1f} %"


def points(drop: float | None, interval: Sequence[float] | None) -> str:
    """A drop in percent points with its interval; nothing where it is not known."""
    if drop is None or interval is None:
        return ""
    low, high = interval
    return f"{drop:.2f} ({low:.2f} to {high:.2f})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
