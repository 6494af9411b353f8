"""Layers for benches of the vector unit, and the codes that they must write."""

from dataclasses import dataclass, field

import numpy as np

from hwgen.golden.requantize import requantize, wrap
from hwgen.memory.token import Kind, Update
from hwgen.network.graph import Rescale

__all__ = ["Layer", "Pass", "Place", "addition", "multiplication", "pooling"]

LATER = {Update.ADD: np.add, Update.MAXIMUM: np.maximum}


@dataclass(frozen=True, kw_only=True, eq=False)
class Place:
    """Where the columns of a group write: channels, cycles in which they do, and how many do."""

    channels: list[int]
    slots: list[int]
    columns: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Pass:
    """Tokens of one pass, and what comes with them: an array ``[positions, ...]`` each.

    ``word``: what it loads, if anything: parameters of each column, and where they write.
    """

    kind: Kind
    update: Update
    final: bool
    spacing: int
    columns: np.ndarray  # totals, or activations
    offset: int = 0
    sums: np.ndarray | None = None  # of activations and of x
    own: np.ndarray | None = None  # activations of the diagonal
    word: tuple | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """Passes of one layer, what is constant in it, and the bytes that it writes."""

    size: tuple[int, int]
    constants: dict
    passes: list[Pass] = field(default_factory=list)
    written: dict[int, int] = field(default_factory=dict)

    def x_of(self, own):
        """x of stored activation codes."""
        low = own & self.constants["variate_mask"]
        return (low != 0).astype(int) if self.constants["variate_or"] else low


def draw_word(rng, cols, sums, double):
    """Parameters of each column."""
    shift = (0, int(rng.integers(4, 9))) if double else (0, int(rng.integers(36, 41)))
    words = []
    for _ in range(cols):
        word = {
            "bias": int(rng.integers(-5000, 5000)),
            "multiplier": int(rng.integers(1 << 29, 1 << 31)),
            "left": shift[0],
            "right": shift[1],
        }
        if sums.width:
            word["sum_factor"] = int(rng.integers(-256, 256))
        if sums.variate_bits:
            word["variate_factor"] = int(rng.integers(-500, 500))
        words.append(word)
    return words


def rescaled(values, words, double):
    """``values`` [positions, cols], requantized with the factors of each column."""
    factors = [Rescale(word["multiplier"], word["left"], word["right"]) for word in words]
    return requantize(wrap(values), factors, "double" if double else "single")


def write(layer, words, place, values):
    """Note the codes of one group, whose accumulators are ``values``."""
    constants = layer.constants
    scaled = rescaled(values, words, constants["double_rounding"])
    codes = np.clip(scaled + constants["zero"], constants["low"], constants["high"])
    for position in range(len(values)):
        y, x = divmod(position, layer.size[1])
        base = constants["origin"] + y * constants["line_step"] + x * constants["column_step"]
        for col, channel in enumerate(place.channels[: place.columns]):
            if channel != 0xFFFF:
                layer.written[base + channel] = int(codes[position, col])


def multiplication(rng, layer, *, passes, cols, sums, spacing, places, diagonal=False):
    """Passes of a layer that multiplies, and what they write; with activations of its own."""
    positions = layer.size[0] * layer.size[1]
    fraction = layer.constants.get("fraction", 0)
    loading = 0 if diagonal else passes - 1
    for place in places:
        words = draw_word(rng, cols, sums, layer.constants["double_rounding"])
        totals = rng.integers(-3000, 3000, (passes, positions, cols))
        shared = rng.integers(0, [1 << 9, 1 << 5], (passes, positions, 2))
        own = rng.integers(0, 1 << max(sums.lane_width, 1), (passes, positions, cols))
        for index in range(passes):
            final = index == passes - 1
            layer.passes.append(
                Pass(
                    kind=Kind.TOTAL,
                    update=Update.ADD if index else Update.SET,
                    final=final,
                    spacing=spacing if final else 1,
                    columns=totals[index],
                    sums=shared[index] * (not diagonal),
                    own=own[index] * diagonal,
                    word=(words, place) if index == loading else None,
                )
            )
        values = totals.sum(axis=0) + [word["bias"] for word in words]
        a, x = np.moveaxis(shared.sum(axis=0), 1, 0)[:, :, None]
        if diagonal:
            a = own.sum(axis=0)
            x = layer.x_of(own).sum(axis=0) if sums.variate_bits else 0
        if sums.width:
            values = values + a * [word["sum_factor"] for word in words]
        if sums.variate_bits:
            half = (1 << fraction) >> 1
            values = values + ((x * [word["variate_factor"] for word in words] + half) >> fraction)
        write(layer, words, place, values)


def pooling(rng, layer, *, passes, cols, sums, spacing, places, update):
    """Passes of a layer that combines activations, and what they write."""
    positions = layer.size[0] * layer.size[1]
    for place in places:
        words = plain_word(rng, cols, sums, layer.constants["double_rounding"], bias=True)
        offset = int(rng.integers(256))
        codes = rng.integers(0, 256, (passes, positions, cols))
        for index in range(passes):
            final = index == passes - 1
            layer.passes.append(
                Pass(
                    kind=Kind.BYTE,
                    update=update if index else Update.SET,
                    final=final,
                    spacing=spacing if final else 1,
                    columns=codes[index],
                    offset=offset,
                    word=(words, place) if final else None,
                )
            )
        values = LATER[update].reduce(codes - offset, axis=0)
        write(layer, words, place, values + [word["bias"] for word in words])


def plain_word(rng, cols, sums, double, *, bias=False):
    """Parameters of columns without sums; all rescale alike, by about 1/16."""
    right = 3 if double else 34
    factor = int(rng.integers(1 << 29, 1 << 31))
    word = {"bias": 0, "multiplier": factor, "left": 0, "right": right}
    word |= {"sum_factor": 0} if sums.width else {}
    word |= {"variate_factor": 0} if sums.variate_bits else {}
    return [word | {"bias": int(rng.integers(-9, 9)) * bias} for _ in range(cols)]


def addition(rng, layer, *, cols, sums, spacing, places):
    """Passes of a sum of two tensors, and what they write."""
    positions = layer.size[0] * layer.size[1]
    double = layer.constants["double_rounding"]
    for place in places:
        words = [plain_word(rng, cols, sums, double) for _ in range(3)]
        for word in (*words[0], *words[1]):
            word |= {"left": 20 if double else 0, "right": 2 if double else 20}
        for word in words[2]:
            word["right"] = 18 if double else 42
        codes = rng.integers(0, 256, (2, positions, cols))
        offsets = rng.integers(0, 256, 2).tolist()
        accumulated = 0
        for index in range(2):
            layer.passes.append(
                Pass(
                    kind=Kind.SCALED,
                    update=Update.ADD if index else Update.SET,
                    final=False,
                    spacing=spacing,
                    columns=codes[index],
                    offset=offsets[index],
                    word=(words[index], place),
                )
            )
            accumulated = accumulated + rescaled(
                codes[index] - offsets[index], words[index], double
            )
        layer.passes.append(
            Pass(
                kind=Kind.BYTE,
                update=Update.KEEP,
                final=True,
                spacing=spacing,
                columns=codes[0],
                word=(words[2], place),
            )
        )
        write(layer, words[2], place, accumulated)
