"""Plots of a comparison, as SVG text."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.ticker import NullFormatter

from hwgen.report.drawing import PALETTE, drawing, svg_text

__all__ = ["growth_plot"]

WIDTH = 10.8  # inches
_CONNECTOR = {"arrowstyle": "-", "color": PALETTE["muted"], "linewidth": 0.5, "shrinkA": 1}
_APART = 0.028  # of the axis: least distance of two labels


def growth_plot(methods: Mapping[str, Mapping[str, Any]], default: str, full_cost: int) -> str:
    """Hypervolume of each method against the multiplications that it emulated.

    Parameters
    ----------
    methods : mapping
        ``growth`` of each method: pairs of multiplications and hypervolume.
    default : str
        Method that stands out; ``precision`` has a colour of its own, too.
    full_cost : int
        Multiplications of a whole budget: a line at a tenth of it.
    """
    colours = {default: PALETTE["approximate"], "precision": PALETTE["precision"]}
    with drawing(WIDTH, 5.2, 1, 1) as (figure, ((axes,),)):
        ends = {}
        last = max(100.0, *(100 * x["cost"] / full_cost for x in methods.values()))
        for name, method in methods.items():
            if not method["growth"]:
                continue
            cost, value = np.array(method["growth"], float).T
            stands_out = name in colours
            axes.step(
                100 * np.append(cost, method["cost"]) / full_cost,
                np.append(value, value[-1]),
                where="post",
                color=colours.get(name, PALETTE["exact"]),
                linewidth=2.0 if stands_out else 1.1,
                zorder=4 if stands_out else 2,
            )
            ends[name] = float(value[-1])
        axes.axvline(10, color=PALETTE["muted"], linewidth=0.9, dashes=(4, 3))
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g} %")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(f"multiplications emulated; 100 % is {_giga(full_cost)} G")
        axes.set_ylabel("hypervolume, share of exact energy times 10 points")
        low, high = axes.get_ylim()
        for name, place in _spread(ends, _APART * (high - low)).items():
            axes.annotate(
                f"{name} {ends[name]:.3f}",
                xy=(last, ends[name]),
                xytext=(last * 1.1, place),
                va="center",
                fontsize=9,
                color=colours.get(name, PALETTE["muted"]),
                fontweight="bold" if name in colours else "normal",
                annotation_clip=False,
                arrowprops={**_CONNECTOR, "relpos": (0, 0.5)},
            )
        axes.set_xlim(right=last)
        axes.set_ylim(low, high)
        return svg_text(figure)


def _giga(count: int) -> str:
    return f"{count / 1e9:,.0f}" if count >= 1e11 else f"{count / 1e9:.3g}"


def _spread(values: Mapping[str, float], apart: float) -> dict[str, float]:
    """Places for labels near their values, none closer to another than ``apart``."""
    order = sorted(values, key=lambda x: values[x])
    places = np.array([values[x] for x in order])
    for _ in range(100):
        gaps = np.diff(places)
        close = np.flatnonzero(gaps < apart - 1e-12)
        if not close.size:
            break
        for i in close:
            push = (apart - (places[i + 1] - places[i])) / 2
            places[i] -= push
            places[i + 1] += push
    return dict(zip(order, places.tolist(), strict=True))
