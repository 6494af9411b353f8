"""Small convolutions by factors, with their sums by the definition."""

from functools import cache

import numpy as np

from hwgen.kernels.layers.geometry import Geometry
from hwgen.kernels.layers.output import Output, Sums, Variate

__all__ = ["KINDS", "SHAPES", "case", "geometry_of", "layer_of", "naive"]

SMALL = {
    "height": 7,
    "width": 6,
    "channels": 5,
    "filters": 9,
    "kernel": (3, 3),
    "stride": (1, 1),
    "padding": (1, 1, 1, 1),
    "groups": 1,
    "fill": 3,
}
BARE = {"padding": (0, 0, 0, 0)}
SHAPES = {
    "same": {},
    "one image": {"images": 1},
    "one position": {"height": 1, "width": 1},
    "pixelwise": {"kernel": (1, 1), "channels": 40, **BARE},
    "strided": {"stride": (2, 3), "padding": (0, 1, 2, 0)},
    "stride beyond the kernel": {"stride": (4, 4), "kernel": (2, 1), **BARE},
    "uneven kernel": {"kernel": (2, 4), "padding": (0, 3, 1, 0)},
    "margin alone": {"height": 1, "width": 1, "kernel": (2, 2), "padding": (3, 3, 3, 3)},
    "columns of three": {"width": 3, "height": 9},
    "rows of three": {"width": 9, "height": 3},
    "fewer outputs": {"padding": (1, 1, 3, 4), "out": (3, 2)},
    "connected": {"height": 3, "width": 4, "kernel": (3, 4), "images": 11, **BARE},
    "thousands of taps": {"height": 9, "width": 9, "channels": 33, "kernel": (8, 8)},
    "two vectors": {"filters": 32},
    "three vectors": {"filters": 41, "width": 16},
    "several chunks": {"filters": 150},
    "groups": {"groups": 3, "channels": 12, "filters": 12},
    "wide groups": {"groups": 2, "channels": 36, "filters": 40},
    "depthwise": {"groups": 21, "channels": 21, "filters": 21},
    "several bands": {"height": 90, "width": 70, "channels": 16, "images": 2},
}
CODES = np.arange(256)


def geometry_of(changes):
    values = SMALL | changes
    images, out = values.pop("images", 3), values.pop("out", None)
    top, left, bottom, right = values["padding"]
    (kh, kw), (sy, sx) = values["kernel"], values["stride"]
    height = (values["height"] + top + bottom - kh) // sy + 1
    width = (values["width"] + left + right - kw) // sx + 1
    height, width = out or (height, width)
    return Geometry(**values, out_height=height, out_width=width), images


def ranks_of(kind, shape, rng):
    """Left factors, and limits of right factors, that take each of the ways of a term."""
    whole = (-(1 << 31), 1 << 31)
    return {
        "exact": [(CODES, (-128, 128))],
        "unsigned": [(CODES & 0xF0, (0, 256))],
        "equal and opposite": [(CODES >> 3, (-9, 9)), (5 - (CODES >> 3) * 4, (-9, 9))],
        "three": [(CODES & 0xC0, (-128, 128)), (CODES & 0x3C, (-60, 9)), (CODES & 3, (-9, 99))],
        "rounded": [((CODES + 8) >> 4 << 4, (-128, 128))],
        "constant": [(np.full(256, -7), (-128, 128))],
        "none": [],
        "two digits": [(CODES, (-300, 300)), (CODES & 15, (-2, 3))],
        "many digits": [(rng.integers(*whole, 256), whole), (CODES, whole)],
    }[kind]


def layer_of(geometry, kind, sides="none", seed=0):
    """Arguments of Factored."""
    rng = np.random.default_rng(seed)
    shape, filters = geometry.weight_shape, geometry.filters
    ranks = ranks_of(kind, shape, rng)
    left = np.array([u for u, _ in ranks]).reshape(-1, 256)
    right = np.array([rng.integers(*limits, shape) for _, limits in ranks]).reshape(-1, *shape)
    own = rng.integers(-300, 300, filters)
    factor = {"none": 0 * own, "shared": 0 * own - 128, "own": own, "variate": own}[sides]
    variate = Variate(
        x=(3 * (CODES & 7) - 4).astype(np.int32),
        factor=rng.integers(-(1 << 16), 1 << 16, filters),
        fraction=9,
    )
    return {
        "geometry": geometry,
        "sums": Sums(
            bias=rng.integers(-3000, 3000, filters) + (rng.integers(-9, 9, filters) << 32),
            sum_factor=factor,
            variate=variate if sides == "variate" else None,
        ),
        "output": output_of(geometry, rng),
        "left": left.astype(np.int32),
        "right": right.astype(np.int32),
    }


def output_of(geometry, rng):
    return Output(
        multiplier=rng.integers(1 << 30, 1 << 31, geometry.filters),
        left=np.zeros(geometry.filters, np.int64),
        right=rng.integers(35, 41, geometry.filters) + geometry.taps.bit_length(),
        rounding="single",
        zero_point=17,
        low=2,
        high=250,
    )


def naive(layer, codes):
    """The definition, output by output; each product wraps, which no sum of 32 bits shows."""
    g, sums = layer["geometry"], layer["sums"]
    top, left, bottom, right = g.padding
    width = ((0, 0), (top, bottom), (left, right), (0, 0))
    padded = np.pad(codes, width, constant_values=g.fill)
    u, v = layer["left"].astype(np.int64), layer["right"].astype(np.int64)
    inner, per_group = g.channels // g.groups, g.filters // g.groups
    found = np.zeros((len(codes), *g.out_shape), np.int64)
    for y, x in np.ndindex(g.out_height, g.out_width):
        y0, x0 = y * g.stride[0], x * g.stride[1]
        window = padded[:, y0 : y0 + g.kernel[0], x0 : x0 + g.kernel[1]]
        for group in range(g.groups):
            taps = window[..., group * inner : (group + 1) * inner].reshape(len(codes), 1, -1)
            filters = slice(group * per_group, (group + 1) * per_group)
            total = sums.bias[filters] + sums.sum_factor[filters] * taps.sum(-1, dtype=np.int64)
            for rank in range(len(u)):
                weights = v[rank, filters].reshape(per_group, -1)
                total = total + (u[rank][taps] * weights).astype(np.int32).sum(-1, dtype=np.int64)
            if sums.variate is not None:
                z = sums.variate
                product = z.factor[filters] * z.x[taps].sum(-1, dtype=np.int64)
                total += (product + (1 << z.fraction) // 2) >> z.fraction
            found[:, y, x, filters] = total
    return found.astype(np.int32)


@cache
def case(shape, kind="three", sides="none"):
    """A layer, images, and their sums by the definition."""
    geometry, images = geometry_of(SHAPES[shape])
    layer = layer_of(geometry, kind, sides)
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 256, (images, *geometry.in_shape), dtype=np.uint8)
    return layer, codes, naive(layer, codes)


KINDS = ("exact", "unsigned", "equal and opposite", "three", "rounded", "constant", "none")
KINDS += ("two digits", "many digits")
