"""What a page says of a search: its methods, its designs layer by layer, its layers."""

from collections.abc import Iterator
from typing import Any

from hwgen.report.search_plots import fronts, importance_bars, parallel_coordinates

__all__ = ["search_sections"]

_FRONTS = (
    "Front of each method, judged on all calibration images, beside that of exact multipliers of "
    "fewer bits."
)
_DESIGNS = (
    "Designs on the front of {method}: energy of every layer relative to the exact layer, coloured "
    "by the accuracy that the design loses."
)
_IMPORTANCE = (
    "Shares of the variance over the {designs} designs that lose at most 10 points. Energy is a "
    "sum over layers: a share is Cov(e, E) / Var(E). Accuracy lost is modelled as a sum, too, of "
    "what each layer saves times a factor that is not negative; what the model does not explain "
    "is how layers act together. It tells what happened in this search, not what a layer could "
    "bear alone."
)


def search_sections(document: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Title, text, plot and its label of every section; none of what there are no figures for."""
    found, limit = document["by_method"], document["search"]["max_drop"]
    layers = document["network"]["layers"]
    names = [x["name"] for x in layers]
    yield (
        "What each method found",
        _FRONTS,
        fronts(found, limit),
        "Fronts by method",
    )
    best, points = max(found["methods"].items(), key=lambda x: _reach(x[1], limit))
    yield (
        "What the front is made of",
        _DESIGNS.format(method=best),
        parallel_coordinates(points, names, limit),
        "Energy of every layer in every design of the front",
    )
    if found["importance"] is not None:
        operations = [x["operations"] for x in layers]
        yield (
            "Which layers matter",
            _IMPORTANCE.format(designs=found["importance"]["designs"]),
            importance_bars(found["importance"], names, operations),
            "Share of each layer in energy and accuracy lost",
        )


def _reach(points: list[dict[str, Any]], limit: float) -> float:
    """Energy saved within the accepted loss, at best."""
    return max((1 - x["energy"] for x in points if x["drop_bound"] <= limit), default=0.0)
