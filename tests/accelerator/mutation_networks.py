"""Two fixed small networks that together use every operation of the accelerator."""

import numpy as np

from hwgen.network.graph import Add, Concat, Convolution, Network, Pad, Pool, Quantization, Rescale

__all__ = ["rounding_once", "rounding_twice"]


def rounding_once(rng):
    """Strides, every kind of convolution, a sum, an average over the taps that there are."""
    net = _Network(rng, (6, 3, 3), "single")
    net.convolution("stem", "image", 7, kernel=(3, 3), stride=(2, 1), padding=(1, 0, 1, 2))
    net.convolution("depthwise", "stem", 7, kernel=(2, 3), padding=(1, 1, 0, 1), groups=7)
    net.convolution("pointwise", "depthwise", 7)
    net.add("sum", "stem", "pointwise")
    net.pool("average", "sum", (3, 2), stride=(1, 2), padding=(1, 0, 1, 1))
    net.convolution("classes", "average", 9, kernel=net.shapes["average"][:2])
    return net.network()


def rounding_twice(rng):
    """A margin, a maximum with padding, groups, a sum with a part of another tensor, an average."""
    net = _Network(rng, (5, 4, 4), "double")
    net.pad("margin", "image", before=(1, 0, 0), after=(0, 1, 1))
    net.pool("maximum", "margin", (2, 3), stride=(2, 1), padding=(0, 1, 1, 1))
    net.convolution("grouped", "image", 6, kernel=(3, 2), stride=(2, 1), groups=2)
    net.convolution("wide", "maximum", 6, kernel=(2, 3), padding=(0, 0, 0, 0))
    net.concat("both", "grouped", "wide")
    net.convolution("pointwise", "both", 6)
    net.add("sum", "grouped", "pointwise")
    stride, padding = (1, 2), (1, 0, 0, 1)
    net.convolution("depthwise", "sum", 6, (2, 1), stride=stride, padding=padding, groups=6)
    net.pool("average", "depthwise", net.shapes["depthwise"][:2])
    return net.network()


class _Network:
    def __init__(self, rng, shape, rounding):
        self.rng = rng
        self.rounding = rounding
        self.shapes = {"image": shape}
        self.quantizations = {"image": Quantization(scale=1.0, zero_point=93)}
        self.layers = []

    def network(self):
        return Network(
            input_name="image",
            input_shape=self.shapes["image"],
            input_quantization=self.quantizations["image"],
            layers=tuple(self.layers),
        )

    def _put(self, made, name, inputs, shape, quantization=None, **fields):
        layer = made(
            name=name,
            inputs=inputs,
            shape=tuple(shape),
            quantization=quantization or Quantization(1.0, int(self.rng.integers(20, 200))),
            rounding=self.rounding,
            **fields,
        )
        self.layers.append(layer)
        self.shapes[name] = layer.shape
        self.quantizations[name] = layer.quantization

    def _clamp(self):
        return {"low": int(self.rng.integers(1, 20)), "high": int(self.rng.integers(230, 255))}

    def _rescale(self, factor):
        mantissa, exponent = np.frexp(factor * self.rng.uniform(0.7, 1.4))
        multiplier, exponent = int(mantissa * (1 << 31)), int(exponent)
        if self.rounding == "double":
            return Rescale(multiplier, max(0, exponent), max(0, -exponent))
        return Rescale(multiplier, 0, 31 - exponent)

    def _window(self, source, kernel, stride, padding):
        return tuple(
            (side + padding[axis] + padding[axis + 2] - kernel[axis]) // stride[axis] + 1
            for axis, side in enumerate(self.shapes[source][:2])
        )

    def convolution(
        self, name, source, filters, kernel=(1, 1), stride=(1, 1), padding=(0,) * 4, groups=1
    ):
        shape = (filters, *kernel, self.shapes[source][2] // groups)
        factor = 40 / (np.prod(shape[1:]) ** 0.5 * 6000)
        self._put(
            Convolution,
            name,
            (source,),
            (*self._window(source, kernel, stride, padding), filters),
            weights=self.rng.integers(-127, 128, shape).astype(np.int8),
            bias=self.rng.integers(-20000, 20000, filters).astype(np.int32),
            stride=stride,
            padding=padding,
            groups=groups,
            rescale=tuple(self._rescale(factor) for _ in range(filters)),
            **self._clamp(),
        )

    def pool(self, kind, source, kernel, stride=(1, 1), padding=(0,) * 4):
        average = kind == "average"
        taps = kernel[0] * kernel[1]
        counts = range(1, taps + 1) if average and any(padding) else ()
        self._put(
            Pool,
            kind,
            (source,),
            (*self._window(source, kernel, stride, padding), self.shapes[source][2]),
            kind="average" if average else "max",
            kernel=tuple(kernel),
            stride=stride,
            padding=padding,
            rescale=self._rescale(1 / taps if average else 1.0),
            by_taps=tuple(self._rescale(1 / count) for count in counts),
            **self._clamp(),
        )

    def add(self, name, first, second):
        if self.rounding == "double":
            operands = tuple(Rescale((5 << 28) + 77 * i, 20, i) for i in (0, 1))
            total = Rescale(1518500250, 0, 18)
        else:
            operands = (Rescale(1 << 20, 0, 0), Rescale(3 << 19, 0, 0))  # ties
            total = Rescale(1, 0, 21)
        inputs, shape = (first, second), self.shapes[first]
        self._put(Add, name, inputs, shape, operands=operands, total=total, **self._clamp())

    def concat(self, name, first, second):
        height, width, channels = self.shapes[first]
        shape = (height, width, channels + self.shapes[second][2])
        self._put(
            Concat, name, (first, second), shape, axis=2, quantization=self.quantizations[first]
        )

    def pad(self, name, source, before, after):
        shape = np.add(np.add(before, self.shapes[source]), after).tolist()
        self._put(
            Pad,
            name,
            (source,),
            shape,
            before=before,
            after=after,
            fill=201,
            quantization=self.quantizations[source],
        )
