"""What random cases cover: kinds of layers, their modes, and back-pressure."""

from itertools import product
from typing import NamedTuple

from hwgen.compiler.multiply import is_diagonal
from hwgen.network.graph import Add, Concat, Convolution, Pad, Pool, Reshape, Slice
from tests.accelerator.forms import level_of
from tests.random_window import padding_of

__all__ = ["GEOMETRIES", "LEVELS", "MULTIPLYING", "PATTERNS", "Cell", "cells_of", "required"]

_STRIDES = (1, 2, 3)
_WINDOWS = tuple(product(_STRIDES, ("none", "equal", "unequal")))
MULTIPLYING = {
    "dense": _WINDOWS,
    "depthwise": _WINDOWS,
    "grouped": _WINDOWS,
    "pointwise": tuple((stride, "none") for stride in _STRIDES),
    "fully_connected": ((1, "none"),),
}
_BYPASSING = {
    "max_pool": _WINDOWS,
    "average_pool": _WINDOWS,
    "global_max": ((1, "none"),),
    "global_average": ((1, "none"),),
    "add": ((1, "none"),),
    "concat_lines": ((1, "none"),),
    "concat_columns": ((1, "none"),),
    "concat_channels": ((1, "none"),),
    "pad": ((1, "equal"), (1, "unequal")),
    "slice": tuple((stride, "none") for stride in _STRIDES),
    "reshape": ((1, "none"),),
}
GEOMETRIES = tuple(
    (kind, stride, padding)
    for kind, windows in (MULTIPLYING | _BYPASSING).items()
    for stride, padding in windows
)
"""Kinds of layers with the larger one of their strides, and what their padding is like."""

LEVELS = {
    "weights": ("layer", "filter", "kernel", "weight"),
    "ranges": ("range",),
    "columns": ("filter",),
    "tiles": ("layer",),
    "edge": ("layer",),
}
"""What every hardware form must have been asked for; other levels are welcome."""

PATTERNS = ("none", "reads", "writes", "both")
"""Channels of the memory port that stall."""


class Cell(NamedTuple):
    """Something that a case does.

    ``level`` is that of the layer's mapping; ``-`` where nothing is multiplied.
    """

    kind: str
    stride: int
    padding: str
    form: str
    level: str
    pattern: str


def required():
    """Every cell that means anything: the whole cross."""
    return {
        Cell(kind, stride, padding, form, level, pattern)
        for kind, stride, padding in GEOMETRIES
        for form, levels in LEVELS.items()
        for level in (levels if kind in MULTIPLYING else ("-",))
        for pattern in PATTERNS
        if not (kind == "depthwise" and level == "kernel")  # its filters have one channel each
    }


def cells_of(case):
    """What a case covers, layer by layer."""
    return [
        Cell(*_geometry(layer, case.network), case.spec.form, _level(layer, case), case.pattern)
        for layer in case.network.layers
    ]


def _level(layer, case):
    is_multiplied = isinstance(layer, Convolution)
    return level_of(case.mapping.layers[layer.name]) if is_multiplied else "-"


def _geometry(layer, network):
    size = network.shapes[layer.inputs[0]][:2]
    match layer:
        case Convolution():
            kind = _multiplying(layer, size)
            return kind, max(layer.stride), padding_of(layer.padding)
        case Pool():
            name = {"max": "max", "average": "average"}[layer.kind]
            if layer.kernel == size and not any(layer.padding):
                return f"global_{name}", 1, "none"
            return f"{name}_pool", max(layer.stride), padding_of(layer.padding)
        case Concat():
            return f"concat_{('lines', 'columns', 'channels')[layer.axis]}", 1, "none"
        case Pad():
            return "pad", 1, "equal" if layer.before == layer.after else "unequal"
        case Slice():
            return "slice", max(layer.step[:2]), "none"
    return {Add: "add", Reshape: "reshape"}[type(layer)], 1, "none"


def _multiplying(layer, size):
    kernel = layer.weights.shape[1:3]
    if layer.groups > 1:
        return "depthwise" if is_diagonal(layer) else "grouped"
    if kernel == size and not any(layer.padding):
        return "fully_connected"
    return "pointwise" if kernel == (1, 1) else "dense"
