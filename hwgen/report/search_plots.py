"""Plots of a search, as SVG text: fronts, designs layer by layer, importance of layers.

They draw what :func:`hwgen.report.search_figures.search_figures` collects.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, Normalize

from hwgen.report.drawing import PALETTE, drawing, svg_text

__all__ = ["fronts", "importance_bars", "parallel_coordinates"]

WIDTH = 10.8  # inches: fills the page
PRECISION = "precision"
_COLS = 4  # panels beside each other
_DEEPEST = 10.0  # percent points of the longest axis
_BEYOND = 2.0  # that are shown beyond what is accepted
_LONG = 10  # layers whose names still fit side by side
# Both ends are left out: they would vanish on a light or on a dark page.
_COLOURS = ListedColormap(colormaps["viridis"](np.linspace(0.12, 0.88, 256)))


def fronts(figures: Mapping[str, Any], max_drop: float) -> str:
    """Front of each method, beside that of precision: accuracy lost against multiplier energy.

    One panel per method. Bars are 95 % intervals of the paired drop on test images; where there
    are none, the drop is the bound on calibration images.

    Parameters
    ----------
    figures : mapping
        ``methods``.
    max_drop : float
        Drop, in percent points, that was accepted: a line.
    """
    methods: dict[str, list[dict[str, Any]]] = figures["methods"]
    precision = methods.get(PRECISION, [])
    shown = [name for name in methods if name != PRECISION] or [PRECISION]
    cols = min(_COLS, len(shown))
    rows = -(-len(shown) // cols)
    is_tested = any(x["test_drop"] is not None for xs in methods.values() for x in xs)
    width = WIDTH if cols > 1 else 0.62 * WIDTH
    with drawing(width, 0.5 + 2.9 * rows, rows, cols, sharex=True, sharey=True) as (figure, grid):
        for axes in grid.flat[len(shown) :]:
            axes.set_visible(False)
        for axes in grid.flat[max(0, len(shown) - cols) : len(shown)]:  # nothing below them
            axes.tick_params(labelbottom=True)
        for axes, name in zip(grid.flat, shown, strict=False):
            axes.axhline(max_drop, color=PALETTE["muted"], linewidth=0.9, dashes=(4, 3))
            _front(axes, precision, "precision", is_tested)
            if name != PRECISION:
                _front(axes, methods[name], "approximate", is_tested)
            axes.set_title(name, color=PALETTE["ink"])
        _limits(grid[0, 0], methods, max_drop, is_tested)
        what = "test images, 95 % interval" if is_tested else "bound on calibration images"
        figure.supxlabel("multiplier energy, % of exact", color=PALETTE["muted"], fontsize=10)
        figure.supylabel(f"points lost ({what})", color=PALETTE["muted"], fontsize=10)
        if precision and shown != [PRECISION]:
            grid[0, 0].plot([], [], "s", color=PALETTE["precision"], label="precision alone")
            grid[0, 0].plot([], [], "o", color=PALETTE["approximate"], label="the method")
            grid[0, 0].legend(loc="lower right", frameon=False, labelcolor=PALETTE["muted"])
        return svg_text(figure)


def _front(axes: Axes, points: Sequence[dict[str, Any]], kind: str, is_tested: bool) -> None:
    some = [x for x in points if x["test_drop"] is not None] if is_tested else list(points)
    energy = [100 * x["energy"] for x in some]
    drop = [x["test_drop" if is_tested else "drop_bound"] for x in some]
    style: dict[str, Any] = {"color": PALETTE[kind], "markeredgecolor": PALETTE["paper"]}
    marker = "s" if kind == "precision" else "o"
    axes.plot(energy, drop, marker, linestyle="-", linewidth=0.8, markersize=4.5, **style)
    if is_tested:
        ends = [x["test_drop_interval"] for x in some]
        low, high = ([end[i] for end in ends] for i in (0, 1))
        axes.vlines(energy, low, high, color=PALETTE[kind], linewidth=1, alpha=0.55)


def _limits(
    axes: Axes, methods: Mapping[str, Sequence[dict[str, Any]]], max_drop: float, is_tested: bool
) -> None:
    """What loses far more than is accepted would only squeeze the rest."""
    deepest = min(_DEEPEST, max_drop + _BEYOND)
    key = "test_drop" if is_tested else "drop_bound"
    inside = [
        (100 * x["energy"], x[key])
        for xs in methods.values()
        for x in xs
        if x[key] is not None and x[key] <= deepest
    ]
    least = min((energy for energy, _ in inside), default=0.0)
    highest = min(0.0, *(drop for _, drop in inside)) if inside else 0.0
    axes.set_xlim(max(0.0, least - 4), 103)
    axes.set_ylim(deepest, highest - 0.08 * (deepest - highest))  # better is higher


def parallel_coordinates(
    points: Sequence[Mapping[str, Any]], layers: Sequence[str], max_drop: float
) -> str:
    """One line per design, one axis per layer: energy of the layer, coloured by the drop.

    Parameters
    ----------
    points : sequence of mappings
        Of one front: ``layers`` (energy relative to exact), ``energy``, ``drop_bound``.
    layers : sequence of str
    max_drop : float
        The colour scale ends 2 beyond it.
    """
    deepest = min(_DEEPEST, max_drop + _BEYOND)
    inside = [x for x in points if x["drop_bound"] <= deepest]
    inside.sort(key=lambda x: -x["drop_bound"])  # what loses least is drawn last, on top
    with drawing(WIDTH, 4.2, 1, 1) as (figure, ((axes,),)):
        norm, colours = Normalize(0, deepest), _COLOURS
        places = np.arange(len(layers) + 1)
        lines = [
            np.column_stack([places, 100 * np.array([*x["layers"], x["energy"]])]) for x in inside
        ]
        paint = colours(norm([x["drop_bound"] for x in inside]))
        axes.add_collection(LineCollection(lines, colors=paint, linewidths=1.6, alpha=0.85))
        for line, colour in zip(lines, paint, strict=True):
            axes.scatter(line[:, 0], line[:, 1], s=14, color=[colour], linewidths=0, zorder=3)
        highest = max((line[:, 1].max() for line in lines), default=100.0)
        axes.set_ylim(0, max(104.0, highest * 1.03))
        axes.set_xlim(-0.2, len(layers) + 0.2)
        _name_axes(axes, layers)
        axes.set_ylabel("multiplier energy of the layer, % of exact")
        scale = ScalarMappable(norm, colours)
        bar = figure.colorbar(scale, ax=axes, pad=0.02, label="points lost, 95 % bound")
        bar.outline.set_visible(False)
        return svg_text(figure)


def _name_axes(axes: Axes, layers: Sequence[str]) -> None:
    """Vertical lines for axes; names lean where they are many."""
    lean = len(layers) > _LONG
    axes.set_xticks(
        range(len(layers) + 1),
        [*layers, "network"],
        rotation=45 if lean else 0,
        ha="right" if lean else "center",
        rotation_mode="anchor",
        color=PALETTE["ink"],
        fontsize=8 if lean else 10,
    )
    axes.grid(axis="x", color=PALETTE["muted"], linewidth=0.7, alpha=0.6)
    axes.get_xticklabels()[-1].set_fontweight("bold")


def importance_bars(
    found: Mapping[str, Any], layers: Sequence[str], operations: Sequence[int]
) -> str:
    """Share of each layer in the energy and in the accuracy lost over the designs of a search.

    Parameters
    ----------
    found : mapping
        ``energy``, ``drop``, ``explained`` and ``designs``, see
        :class:`hwgen.report.importance.Importance`.
    layers : sequence of str
    operations : sequence of int
        Products of each layer, for comparison: a tick.
    """
    share = 100 * np.array(operations) / sum(operations)
    with drawing(WIDTH, 0.9 + 0.34 * len(layers), 1, 2, sharey=True) as (figure, ((left, right),)):
        rows = np.arange(len(layers))
        for axes, key, kind in ((left, "energy", "approximate"), (right, "drop", "precision")):
            values = 100 * np.array(found[key])
            axes.barh(rows, values, height=0.62, color=PALETTE[kind], linewidth=0)
            axes.plot(share, rows, "|", color=PALETTE["ink"], markersize=13, markeredgewidth=1.6)
            axes.axvline(0, color=PALETTE["muted"], linewidth=0.8)
            axes.grid(axis="y", visible=False)
            axes.set_xlabel("%")
        left.set_title("energy: share of its variance")
        explained = f"{100 * found['explained']:.0f} % explained"
        right.set_title(f"accuracy lost: share of its variance ({explained})")
        left.set_yticks(
            rows, layers, color=PALETTE["ink"], fontsize=9 if len(layers) > _LONG else 10
        )
        left.invert_yaxis()
        right.plot([], [], "|", color=PALETTE["ink"], markersize=13, label="share of products")
        right.legend(loc="lower right", frameon=False, labelcolor=PALETTE["muted"])
        return svg_text(figure)
