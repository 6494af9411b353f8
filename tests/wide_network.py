"""Random networks of every layer kind, and mappings of every level, for what runs them all."""

import numpy as np

from hwgen.arith.catalogue import find
from hwgen.network.exponential import exponentials, gemmlowp_exponentials, probability
from hwgen.network.graph import (
    Add,
    Concat,
    Convolution,
    Network,
    Pad,
    Pool,
    Quantization,
    Rescale,
    Reshape,
    Slice,
    Softmax,
)
from hwgen.spec.mapping import (
    ControlVariate,
    FilterRule,
    KernelRule,
    LayerMapping,
    Mapping,
    RangeRule,
    TunedWeights,
    WeightRule,
)

__all__ = ["wide_mapping", "wide_network"]


class _Builder:
    def __init__(self, rng, rounding, shape):
        self.rng, self.rounding = rng, rounding
        self.shapes, self.layers = {"image": shape}, []

    def put(self, layer_type, name, inputs, shape, **fields):
        fields = {
            "quantization": Quantization(1 / 200, int(self.rng.integers(0, 256))),
            "rounding": self.rounding,
            **fields,
        }
        layer = layer_type(name=name, inputs=inputs, shape=tuple(map(int, shape)), **fields)
        self.layers.append(layer)
        self.shapes[name] = layer.shape
        return name

    def rescale(self, factor):
        mantissa, exponent = np.frexp(factor * self.rng.uniform(0.7, 1.4))
        multiplier = int(mantissa * (1 << 31))
        if self.rounding == "double":
            return Rescale(multiplier, max(0, int(exponent)), max(0, -int(exponent)))
        return Rescale(multiplier, 0, 31 - int(exponent))

    def convolution(self, name, source, filters, kernel, stride, padding, groups=1):
        rng = self.rng
        height, width, channels = self.shapes[source]
        top, left, bottom, right = padding
        shape = (filters, *kernel, channels // groups)
        symmetric = rng.random() < 0.5
        zero = () if symmetric else tuple(int(x) for x in rng.integers(-128, 128, filters))
        return self.put(
            Convolution,
            name,
            (source,),
            (
                (height + top + bottom - kernel[0]) // stride[0] + 1,
                (width + left + right - kernel[1]) // stride[1] + 1,
                filters,
            ),
            low=int(rng.integers(0, 30)),
            high=int(rng.integers(200, 256)),
            weights=rng.integers(-128, 128, shape).astype(np.int8),
            weight_zero_points=zero,
            bias=rng.integers(-20000, 20000, filters).astype(np.int32),
            stride=stride,
            padding=padding,
            groups=groups,
            rescale=tuple(
                self.rescale(40 / (np.sqrt(np.prod(shape[1:])) * 6000)) for _ in range(filters)
            ),
        )

    def add(self, name, first, second):
        rng, double = self.rng, self.rounding == "double"
        high, shift = (1 << 31, 20) if double else (1 << 21, 0)
        operands = tuple(
            Rescale(int(rng.integers(high >> 2, high)), shift, int(double)) for _ in range(2)
        )
        total = Rescale(int(rng.integers(1 << 30, 1 << 31)), 0, 18) if double else Rescale(1, 0, 21)
        shape = self.shapes[first]
        return self.put(Add, name, (first, second), shape, operands=operands, total=total)

    def pool(self, name, source, kind):
        height, width, channels = self.shapes[source]
        kernel = tuple(int(self.rng.integers(1, min(3, x) + 1)) for x in (height, width))
        padding = tuple(int(self.rng.integers(0, side)) for side in kernel * 2)
        top, left, bottom, right = padding
        taps = kernel[0] * kernel[1]
        return self.put(
            Pool,
            name,
            (source,),
            (
                (height + top + bottom - kernel[0]) // 2 + 1,
                (width + left + right - kernel[1]) // 2 + 1,
                channels,
            ),
            kind=kind,
            kernel=kernel,
            stride=(2, 2),
            padding=padding,
            rescale=self.rescale(1 if kind == "max" else 1 / taps),
            by_taps=()
            if kind == "max" or self.rng.random() < 0.5
            else tuple(self.rescale(1 / (x + 1)) for x in range(taps)),
        )


def wide_network(rng, rounding):
    """Grouped, depthwise and dense convolutions, and every kind of layer between them."""
    shape = (int(rng.integers(5, 9)), int(rng.integers(5, 9)), 2 * int(rng.integers(1, 3)))
    b = _Builder(rng, rounding, shape)
    kernel = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
    padding = tuple(int(rng.integers(0, side)) for side in kernel * 2)
    stride = (int(rng.integers(1, 3)), int(rng.integers(1, 3)))
    width = 4 * int(rng.integers(1, 6))
    stem = b.convolution("stem", "image", width, kernel, stride, padding)
    grouped = b.convolution("grouped", stem, width, (3, 3), (1, 1), (1,) * 4, groups=2)
    depthwise = b.convolution("depthwise", grouped, width, (3, 3), (1, 1), (1,) * 4, groups=width)
    doubled = b.convolution("doubled", depthwise, 2 * width, (3, 1), (1, 1), (1, 0, 1, 0), width)
    height, across, _ = b.shapes[doubled]
    moved = {"quantization": Quantization(1.0, 7)}
    half = b.put(
        Slice, "half", (doubled,), (height, across, width), start=(0, 0, 1), step=(1, 1, 2), **moved
    )
    total = b.add("total", half, b.add("inner", depthwise, grouped))
    joined = b.put(Concat, "joined", (total, stem), (height, across, 2 * width), axis=2, **moved)
    margin = b.put(
        Pad,
        "margin",
        (joined,),
        (height + 1, across + 2, 2 * width + 1),
        before=(1, 0, 1),
        after=(0, 2, 0),
        fill=int(rng.integers(0, 256)),
        **moved,
    )
    pooled = b.pool("average", b.pool("largest", margin, "max"), "average")
    flat = b.put(Reshape, "flat", (pooled,), (1, 1, int(np.prod(b.shapes[pooled]))), **moved)
    classes = b.convolution("classes", flat, 5, (1, 1), (1, 1), (0,) * 4)
    b.put(
        Softmax,
        "probabilities",
        (classes,),
        (1, 1, 5),
        quantization=Quantization(1 / 256, 0),
        table=(gemmlowp_exponentials(1 << 30, 21) if rounding == "double" else exponentials(0.05)),
        rescale=probability(1 / 256, 5),
    )
    return Network(
        input_name="image",
        input_shape=shape,
        input_quantization=Quantization(1.0, int(rng.integers(0, 256))),
        layers=tuple(b.layers),
    )


def wide_mapping(rng, network, names):
    """Multipliers of ``names`` and their modes at all levels, with all corrections, at random."""
    return Mapping({x.name: _layer(rng, x, names) for x in network.convolutions})


def _layer(rng, layer, names):
    name = names[rng.integers(len(names))]
    modes = len(find(name).modes)
    filters, channels = len(layer.weights), layer.weights.shape[3]

    def mode():
        return int(rng.integers(modes))

    def some(count):
        chosen = np.flatnonzero(rng.random(count) < 0.5)
        return ",".join(map(str, chosen if len(chosen) else [0]))

    rules = {}
    if rng.random() < 0.5:
        rules["filters"] = (FilterRule(mode=mode(), filters=some(filters)),)
    if rng.random() < 0.3:
        rules["kernels"] = (
            KernelRule(mode=mode(), filters=some(filters), channels=some(channels)),
        )
    if rng.random() < 0.3:
        rules["ranges"] = (RangeRule(mode=mode(), codes="-40..9"),)
    if rng.random() < 0.3:
        rules["weights"] = (WeightRule(mode=mode(), filters=some(filters), taps=some(channels)),)
    if rng.random() < 0.5:
        rules["bias_update"] = tuple(int(x) for x in rng.integers(-999, 1000, filters))
    if rng.random() < 0.3:
        rules["control_variate"] = ControlVariate(
            x=("low", "or")[rng.integers(2)],
            bits=3,
            fraction=int(rng.integers(0, 9)),
            factors=tuple(int(x) for x in rng.integers(-3000, 3000, filters)),
        )
    if rng.random() < 0.2:
        tuned = rng.integers(-128, 128, layer.weights.shape)
        rules["tuned_weights"] = TunedWeights.of(tuned)
    return LayerMapping(multiplier=name, mode=mode(), **rules)
