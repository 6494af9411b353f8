"""Small convolutions for the look-up, and what adding up the tables' entries gives."""

from functools import cache

import numpy as np

from hwgen.kernels.layers.geometry import Geometry
from hwgen.kernels.layers.output import Output, Sums, Variate

SMALL = {
    "height": 7,
    "width": 5,
    "channels": 6,
    "filters": 9,
    "kernel": (3, 3),
    "stride": (1, 1),
    "padding": (1, 1, 1, 1),
    "groups": 1,
    "fill": 3,
}
SHAPES = {
    "same": {},
    "one image": {"images": 1},
    "one position": {"height": 1, "width": 1, "padding": (1, 1, 1, 1), "images": 1},
    "pixelwise": {"kernel": (1, 1), "padding": (0, 0, 0, 0), "channels": 40},
    "strided": {"stride": (2, 3), "padding": (0, 1, 2, 0)},
    "stride beyond the kernel": {"stride": (4, 4), "kernel": (2, 1), "padding": (0, 0, 0, 0)},
    "uneven kernel": {"kernel": (2, 4), "padding": (0, 3, 1, 0)},
    "wide margin": {"kernel": (5, 5), "padding": (4, 4, 4, 4)},
    "margin alone": {"height": 1, "width": 1, "kernel": (2, 2), "padding": (3, 3, 3, 3)},
    "fewer outputs": {"padding": (1, 1, 3, 4), "out": (3, 2)},
    "connected": {"height": 4, "width": 4, "channels": 20, "kernel": (4, 4), "padding": (0,) * 4},
    "thousands of taps": {"height": 9, "width": 9, "channels": 33, "kernel": (8, 8)},
    "many channels": {"channels": 37, "filters": 33},
    "many filters": {"filters": 75},
    "one filter": {"filters": 1},
    "groups": {"groups": 3, "filters": 12},
    "uneven groups": {"groups": 2, "channels": 36, "filters": 40},
    "depthwise": {"groups": 6, "filters": 6},
    "wide depthwise": {"groups": 21, "channels": 21, "filters": 42},
    "several slices": {"height": 30, "width": 31, "channels": 3, "filters": 20, "images": 9},
    "rows of an image": {"height": 90, "width": 70, "channels": 2, "filters": 32, "images": 2},
}
TABLES = {
    "products": (-(1 << 14), 1 << 14),
    "unsigned": (0, 1 << 16),
    "small": (-3, 20),
    "beyond 16 bits": (-(1 << 16), 1 << 16),
    "wrapping": (-(1 << 31), 1 << 31),
}


def geometry_of(changes):
    values = SMALL | changes
    images, out = values.pop("images", 3), values.pop("out", None)
    top, left, bottom, right = values["padding"]
    (kh, kw), (sy, sx) = values["kernel"], values["stride"]
    height = (values["height"] + top + bottom - kh) // sy + 1
    width = (values["width"] + left + right - kw) // sx + 1
    height, width = out or (height, width)
    return Geometry(**values, out_height=height, out_width=width), images


def layer_of(geometry, limits, seed=0, tables=3, variate=True):
    """Arguments of Lookup: tables that are not symmetric, of which each weight takes its own."""
    rng = np.random.default_rng(seed)
    filters = geometry.filters
    low, high = limits
    sums = Sums(
        bias=rng.integers(-(1 << 20), 1 << 20, filters),
        sum_factor=rng.integers(-300, 300, filters) * variate,
        variate=Variate(
            x=rng.integers(-500, 500, 256, dtype=np.int32),
            factor=rng.integers(-(1 << 16), 1 << 16, filters),
            fraction=int(rng.integers(0, 20)),
        )
        if variate
        else None,
    )
    return {
        "geometry": geometry,
        "sums": sums,
        "output": output_of(geometry, rng),
        "tables": tuple(rng.integers(low, high, (256, 256), dtype=np.int32) for _ in range(tables)),
        "choice": rng.integers(0, tables, geometry.weight_shape, dtype=np.uint8),
        "codes": rng.integers(0, 256, geometry.weight_shape, dtype=np.uint8),
    }


def output_of(geometry, rng):
    return Output(
        multiplier=rng.integers(1 << 30, 1 << 31, geometry.filters),
        left=np.zeros(geometry.filters, np.int64),
        right=rng.integers(42, 50, geometry.filters),
        rounding="single",
        zero_point=17,
        low=2,
        high=250,
    )


def images_of(geometry, count, seed=1):
    shape = (count, *geometry.in_shape)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def naive(layer, codes):
    """The definition, output by output, in integers that do not wrap before the end."""
    g, sums = layer["geometry"], layer["sums"]
    top, left, bottom, right = g.padding
    width = ((0, 0), (top, bottom), (left, right), (0, 0))
    padded = np.pad(codes, width, constant_values=g.fill)
    tables = np.stack(layer["tables"]).astype(np.int64)
    found = np.zeros((len(codes), *g.out_shape), np.int64)
    inner = g.channels // g.groups
    for y, x in np.ndindex(g.out_height, g.out_width):
        y0, x0 = y * g.stride[0], x * g.stride[1]
        window = padded[:, y0 : y0 + g.kernel[0], x0 : x0 + g.kernel[1]]
        for f in range(g.filters):
            group = f // (g.filters // g.groups)
            taps = window[..., group * inner : (group + 1) * inner]
            total = tables[layer["choice"][f], taps, layer["codes"][f]].sum(axis=(1, 2, 3))
            total += sums.bias[f] + sums.sum_factor[f] * taps.sum(axis=(1, 2, 3), dtype=np.int64)
            if sums.variate is not None:
                v = sums.variate
                product = v.factor[f] * v.x[taps].sum(axis=(1, 2, 3), dtype=np.int64)
                total += (product + (1 << v.fraction) // 2) >> v.fraction
            found[:, y, x, f] = total
    return found.astype(np.int32)


@cache
def case(shape, limits):
    """A layer, images, and their sums by the definition."""
    geometry, images = geometry_of(SHAPES[shape])
    layer = layer_of(geometry, TABLES[limits])
    codes = images_of(geometry, images)
    return layer, codes, naive(layer, codes)
