"""Pictures of the catalogue: error against energy and against area, as SVG text."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from hwgen.figures.compare import baseline, front
from hwgen.figures.rows import OWN, Figures
from hwgen.report.drawing import PALETTE, drawing, on_white, svg_text

__all__ = ["error_against_cost"]

RANGE = (0.001, 9.0)  # of the error axis, in percent
DEAREST = 175.0  # percent of the exact baseline: what lies above is left out, and counted

# By kind of circuit, after Okabe and Ito: apart under every common colour blindness.
_GROUPS = {
    "exact": (("exact",), PALETTE["ink"]),
    "reduced precision": (("precision",), PALETTE["precision"]),
    "Booth rows": (("booth", "pr", "roup", "dypr"), "#009e73"),
    "logarithmic, segments": (("mitchell", "drum", "roba"), "#b58900"),
    "evolved": (("evolved",), "#a3409c"),
    "masked matrix, others": ((), PALETTE["approximate"]),
}
_COSTS = {"energy_pj": "energy", "area_um2": "area"}


def error_against_cost(rows: Sequence[Figures]) -> str:
    """Energy and area of every multiplier of one technology over its error, by operand kinds.

    The lines join what no other multiplier of the same library beats.
    """
    kinds = [x for x in dict.fromkeys(row.kinds for row in rows) if _is_shown(x, rows)]
    with drawing(4.3 * len(kinds) + 0.4, 7.6, 2, len(kinds), sharey="row") as (figure, grid):
        for axes_row, cost in zip(grid, _COSTS, strict=True):
            for axes, kind in zip(axes_row, kinds, strict=True):
                _panel(axes, [row for row in rows if row.kinds == kind], cost)
            axes_row[0].set_ylabel(f"{_COSTS[cost]}, % of the exact baseline")
        for axes, kind in zip(grid[0], kinds, strict=True):
            axes.set_title(kind)
        for axes in grid[-1]:
            axes.set_xlabel("mean absolute error, % of the product's range")
        handles, labels = _legend(grid.flat)
        figure.legend(
            handles,
            labels,
            loc="outside lower center",
            ncols=min(4, len(labels)),
            frameon=False,
            labelcolor=PALETTE["muted"],
        )
        return on_white(svg_text(figure))


def _is_shown(kinds: str, rows: Sequence[Figures]) -> bool:
    """Whether there is an exact multiplier of these kinds, and enough others for a picture."""
    some = [row for row in rows if row.kinds == kinds]
    return len({row.name for row in some}) >= 10 and baseline(some) is not None


def _panel(axes: Axes, rows: Sequence[Figures], cost: str) -> None:
    unit = getattr(baseline(rows), cost) / 100
    own = [row for row in rows if row.source == OWN]
    for source in dict.fromkeys(row.source for row in rows):
        some = [row for row in rows if row.source == source]
        is_own = source == OWN
        _front_line(axes, some, cost, unit)
        if not is_own:
            axes.scatter(
                *_points(some, cost, unit),
                s=26,
                marker="D",
                facecolors="none",
                edgecolors=PALETTE["muted"],
                linewidths=1.0,
                label=source,
            )
    for group, (_, colour) in _GROUPS.items():
        some = [row for row in own if _group(row) == group]
        axes.scatter(
            *_points(some, cost, unit), s=17, color=colour, linewidths=0, alpha=0.85, label=group
        )
    axes.axhline(100, color=PALETTE["exact"], linewidth=0.9, dashes=(4, 3))
    axes.set_xscale("log")
    axes.set_xlim(*RANGE)
    axes.set_ylim(0, DEAREST)
    axes.set_xticks([RANGE[0], 0.01, 0.1, 1])
    axes.xaxis.set_major_formatter(FuncFormatter(_error_label))
    axes.minorticks_off()
    hidden = sum(getattr(row, cost) / unit > DEAREST for row in rows)
    if hidden:
        axes.text(
            0.99,
            0.985,
            f"{hidden} above",
            transform=axes.transAxes,
            ha="right",
            va="top",
            color=PALETTE["muted"],
        )


def _front_line(axes: Axes, rows: Sequence[Figures], cost: str, unit: float) -> None:
    if cost == "energy_pj" and rows:
        is_own = rows[0].source == OWN
        points = front(rows)
        x = [*(max(row.mae_percent, RANGE[0]) for row in points), RANGE[1]]
        y = [row.energy_pj / unit for row in points]
        axes.step(
            x,
            [*y, y[-1]],
            where="post",
            color=PALETTE["ink" if is_own else "muted"],
            linewidth=1.2 if is_own else 0.9,
            alpha=0.6,
            label=f"least energy of {rows[0].source}",
        )


def _points(rows: Sequence[Figures], cost: str, unit: float) -> tuple[list[float], list[float]]:
    """Coordinates; what errs less than the axis shows stands at its left end."""
    return (
        [max(row.mae_percent, RANGE[0]) for row in rows],
        [getattr(row, cost) / unit for row in rows],
    )


def _error_label(percent: float, _: int) -> str:
    """Label of the error axis, which begins with everything below its range."""
    return f"\N{LESS-THAN OR EQUAL TO} {RANGE[0]:g}" if percent == RANGE[0] else f"{percent:g}"


def _group(row: Figures) -> str:
    for group, (families, _) in _GROUPS.items():
        if row.family in families:
            return group
    return list(_GROUPS)[-1]


def _legend(panels: Any) -> tuple[list[Any], list[str]]:
    """One handle per label of all panels."""
    found: dict[str, Any] = {}
    for axes in panels:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    return list(found.values()), list(found)
