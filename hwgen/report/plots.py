"""Plots of a report, as SVG text. Colours are those of :data:`PALETTE`."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import SymLogNorm

from hwgen.arith.catalogue import find
from hwgen.mapping.kinds import errors
from hwgen.report.drawing import PALETTE, drawing, svg_text

__all__ = ["error_maps", "layers", "savings", "trade_off"]

WIDTH = 10.8  # inches: fills the page
MAPS = 8  # of errors at most
MINUS = "\N{MINUS SIGN}"

_BACKING = {"facecolor": PALETTE["paper"], "edgecolor": "none", "pad": 1, "alpha": 0.8}

_ROLES = {
    "exact": "Exact",
    "precision": "Precision alone",
    "pick": "Picked",
}


def colour(point: dict[str, Any], document: dict[str, Any]) -> str:
    """Colour of a point by what its multiplier is."""
    if point is document["points"][document["chosen"]["exact"]]:
        return PALETTE["exact"]
    return PALETTE["precision" if point["is_precision"] else "approximate"]


def trade_off(document: dict[str, Any]) -> str:
    """Accuracy lost against multiplier energy: on calibration images, then on test images."""
    limit, points = document["search"]["max_drop"], document["points"]
    asked = document["evaluations"]
    fronts = {name: [points[i] for i in xs] for name, xs in document["fronts"].items()}
    deepest = max(3 * limit, 1.2)  # what loses far more than is accepted only squeezes the rest
    inside = [x for x in asked if x["drop_bound"] <= deepest]
    with drawing(WIDTH, 4.6, 1, 2, sharey=True, sharex=True) as (figure, ((left, right),)):
        for is_precision, kind in ((False, "approximate"), (True, "precision")):
            some = [x for x in inside if x["is_precision"] is is_precision]
            left.scatter(
                [100 * x["energy"] for x in some],
                [x["drop_bound"] for x in some],
                s=10,
                linewidths=0,
                alpha=0.35,
                color=PALETTE[kind],
            )
        for axes, key in ((left, "drop_bound"), (right, "test_drop")):
            axes.axhline(limit, color=PALETTE["muted"], linewidth=0.9, dashes=(4, 3))
            for kind, name in (("precision", "precision"), ("approximate", "all")):
                front = [x for x in fronts[name] if x[key] is not None and x[key] <= deepest]
                _front_line(axes, front, key, PALETTE[kind])
            pick = points[document["chosen"]["pick"]]
            if pick[key] is not None:
                _mark_pick(axes, pick, key)
            axes.set_xlabel("multiplier energy, % of exact")
        cheapest = min(x["energy"] for x in [*inside, *points] if x["drop_bound"] <= deepest)
        left.set_xlim(100 * cheapest - 4, 104)
        highest = min(0, *(x["test_drop"] for x in points if x["test_drop"] is not None))
        left.set_ylim(deepest, highest - 0.08 * (deepest - highest))
        left.set_ylabel("accuracy lost, percent points")
        images = document["network"]
        left.set_title(f"{images['calibration_images']} calibration images, 95 % bound")
        right.set_title(f"{images['test_images']} test images")
        if len(inside) < len(asked):
            note = f"{len(asked) - len(inside)} of {len(asked)} mappings lose more"
            left.text(
                0.015, 0.03, note, transform=left.transAxes, color=PALETTE["muted"], bbox=_BACKING
            )
        right.plot([], [], "o-", color=PALETTE["approximate"], label="front, all multipliers")
        right.plot([], [], "o-", color=PALETTE["precision"], label="front, precision alone")
        right.plot([], [], color=PALETTE["muted"], dashes=(4, 3), label="accepted loss")
        right.legend(loc="lower right", frameon=False, labelcolor=PALETTE["muted"])
        return svg_text(figure)


def _front_line(axes: Axes, front: Sequence[dict[str, Any]], key: str, colour: str) -> None:
    energy = [100 * x["energy"] for x in front]
    drop = [x[key] for x in front]
    if key == "drop_bound":  # between two points the more accurate one has to be used
        axes.step(energy, drop, where="pre", color=colour, linewidth=1.4)
    else:
        axes.plot(energy, drop, color=colour, linewidth=0.7, alpha=0.6)
    axes.plot(energy, drop, "o", color=colour, markersize=5, markeredgecolor=PALETTE["paper"])


def _mark_pick(axes: Axes, pick: dict[str, Any], key: str) -> None:
    x, y = 100 * pick["energy"], pick[key]
    axes.plot(
        x, y, "o", markersize=12, markerfacecolor="none", markeredgecolor=PALETTE["ink"], zorder=5
    )
    axes.annotate(
        f"picked: {x:.0f} %, {_points(y)}",
        (x, y),
        xytext=(9, -17),
        textcoords="offset points",
        fontweight="bold",
        color=PALETTE["ink"],
        bbox=_BACKING,
    )


def _points(drop: float) -> str:
    """A drop in percent points, signed the way it reads."""
    return f"{MINUS if drop >= 0 else '+'}{abs(drop):.2f} points"


def layers(document: dict[str, Any]) -> str:
    """Energy of every layer, exact and picked, with the mode that the pick uses there."""
    points, chosen = document["points"], document["chosen"]
    exact, pick = points[chosen["exact"]], points[chosen["pick"]]
    names = [x["name"] for x in document["network"]["layers"]]
    with drawing(WIDTH, 0.9 + 0.46 * len(names), 1, 1) as (figure, ((axes,),)):
        rows = np.arange(len(names))
        before = np.array(exact["layer_energy_pj"]) / 1000
        after = np.array(pick["layer_energy_pj"]) / 1000
        axes.barh(rows, before, height=0.72, color=PALETTE["exact"], alpha=0.28, linewidth=0)
        axes.barh(rows, after, height=0.72, color=colour(pick, document), linewidth=0)
        for row, (old, new, used) in enumerate(zip(before, after, pick["layers"], strict=True)):
            label = used[0]["label"] + (f" and {len(used) - 1} more" if len(used) > 1 else "")
            axes.text(
                max(old, new) + before.max() * 0.012,
                row,
                f"{label}: {100 * (new / old - 1):+.0f} %".replace("-", MINUS),
                va="center",
            )
        axes.set_yticks(rows, names, color=PALETTE["ink"])
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set_xlim(0, before.max() * 1.22)
        axes.set_xlabel("multiplier energy per image, nJ (grey: exact)")
        return svg_text(figure)


def savings(document: dict[str, Any]) -> str:
    """Energy and area of the chosen points, relative to the exact baseline."""
    points, chosen = document["points"], document["chosen"]
    roles = [x for x in _ROLES if x == "pick" or chosen[x] != chosen["pick"]]
    shown = [points[chosen[x]] for x in roles]
    panels = [
        ("Multiplier energy", [x["energy"] for x in shown]),
        ("Multiplier area", [x["area"] for x in shown]),
    ]
    if "synthesis" in document:
        arrays = document["synthesis"]["arrays"]
        areas = {role: x["array_area_um2"] for role, x in arrays.items()}
        panels.append(("Array area", [areas[x] / areas["exact"] for x in roles]))
    with drawing(WIDTH, 0.8 + 0.5 * len(roles), 1, len(panels), sharey=True) as (figure, (row,)):
        for axes, (title, values) in zip(row, panels, strict=True):
            _bars(axes, title, values, [colour(x, document) for x in shown])
        row[0].set_yticks(range(len(roles)), [_ROLES[x] for x in roles], color=PALETTE["ink"])
        row[0].invert_yaxis()
        return svg_text(figure)


def _bars(axes: Axes, title: str, values: Sequence[float], colours: Sequence[str]) -> None:
    for row, (value, fill) in enumerate(zip(values, colours, strict=True)):
        axes.barh(row, 100 * value, height=0.66, color=fill, linewidth=0)
        axes.text(100 * value + 2, row, f"{100 * value:.0f} %", va="center")
    axes.set_title(title)
    axes.set_xlim(0, 100 * max(values) + 22)
    axes.set_xticks([0, 50, 100], ["0", "50", "100 %"])
    axes.grid(axis="y", visible=False)


def error_maps(document: dict[str, Any]) -> str:
    """Signed error of every operand pair, for the modes that the picked mapping uses most."""
    used = _most_used(document)
    cols = min(4, len(used))
    rows = -(-len(used) // cols)
    first = find(used[0][0])
    a, w = first.a_kind.values, first.w_kind.values
    order = np.argsort(w)
    with drawing(2.5 * cols + 1.2, 2.7 * rows + 0.2, rows, cols) as (figure, grid):
        for axes in grid.flat[len(used) :]:
            axes.set_visible(False)
        maps = [errors(find(name), mode)[:, order] for name, mode in used]
        largest = max(1, *(int(np.abs(x).max()) for x in maps))
        linear = max(1, largest // 50)
        for axes, (name, mode), shown in zip(grid.flat, used, maps, strict=False):
            image = axes.imshow(
                shown,
                origin="lower",
                extent=(w.min() - 0.5, w.max() + 0.5, a.min() - 0.5, a.max() + 0.5),
                cmap="RdBu_r",
                norm=SymLogNorm(linear, vmin=-largest, vmax=largest),
                interpolation="nearest",
            )
            modes = find(name).modes
            axes.set_title(modes[mode] if len(modes) > 1 else name)
            axes.set_xlabel("weight")
            axes.set_ylabel("activation")
            axes.set_xticks([w.min(), 0, w.max()] if w.min() < 0 else [0, 128, 255])
            axes.set_yticks([0, 128, 255])
            axes.grid(visible=False)
        bar = figure.colorbar(image, ax=grid, shrink=0.8, label=f"exact {MINUS} approximate")
        bar.outline.set_visible(False)
        ticks = [0, *(sign * x for x in _decades(linear, largest) for sign in (-1, 1))]
        bar.set_ticks(ticks, labels=[f"{x:,}".replace("-", MINUS) for x in ticks])
        bar.minorticks_off()
        return svg_text(figure)


def _most_used(document: dict[str, Any]) -> list[tuple[str, int]]:
    """Multipliers and modes of the pick, of one operand kind, by their products."""
    pick = document["points"][document["chosen"]["pick"]]
    products: dict[tuple[str, int], float] = defaultdict(float)
    for layer, used in zip(document["network"]["layers"], pick["layers"], strict=True):
        for x in used:
            products[x["multiplier"], x["mode"]] += layer["operations"] * x["share"]
    ranked = sorted(products, key=lambda x: -products[x])
    kinds = [(find(name).a_kind, find(name).w_kind) for name, _ in ranked]
    same = [x for x, kind in zip(ranked, kinds, strict=True) if kind == kinds[0]]
    return sorted(same[:MAPS])


def _decades(linear: int, largest: int) -> list[int]:
    """Powers of ten beyond the linear part of a scale, and its end."""
    return [*(10**x for x in range(9) if linear < 10**x <= largest // 2), largest]
