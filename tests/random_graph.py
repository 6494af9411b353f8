"""Small random networks of every kind of layer, layer by layer."""

import numpy as np

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
)

__all__ = ["random_graph"]


def random_graph(rng, layers=6, rounding=None):
    """A network of so many layers, each reading tensors drawn from those before it."""
    return _Builder(rng, rounding or ("single", "double")[rng.integers(2)]).network(layers)


class _Builder:
    def __init__(self, rng, rounding):
        self.rng = rng
        self.rounding = rounding
        self.shapes = {}
        self.quantizations = {}
        self.layers = []

    def network(self, count):
        size = self.rng.integers(4, 10, 2)
        shape = (int(size[0]), int(size[1]), int(self.rng.integers(1, 9)))
        self.shapes["image"] = shape
        first = self.quantizations["image"] = self._quantization()
        kinds = ("dense", "dense", "dense", "depthwise", "grouped", "pool", "add", "concat")
        kinds += ("pad", "slice", "reshape")
        while len(self.layers) < count:
            getattr(self, f"_{self.rng.choice(kinds)}")(self._drawn())
        return Network(
            input_name="image",
            input_shape=shape,
            input_quantization=first,
            layers=tuple(self.layers),
        )

    def _drawn(self):
        """A tensor to read; rather a late one."""
        names = list(self.shapes)
        return names[max(self.rng.integers(len(names)), self.rng.integers(len(names)))]

    def _put(self, made, inputs, shape, **fields):
        name = f"{made.__name__.lower()}{len(self.layers)}"
        quantization = fields.pop("quantization", None) or self._quantization()
        layer = made(
            name=name,
            inputs=inputs,
            shape=shape,
            quantization=quantization,
            rounding=self.rounding,
            **fields,
        )
        self.layers.append(layer)
        self.shapes[name] = shape
        self.quantizations[name] = quantization

    def _quantization(self):
        return Quantization(scale=1.0, zero_point=int(self.rng.integers(0, 200)))

    def _clamp(self):
        return {"low": int(self.rng.integers(0, 20)), "high": int(self.rng.integers(230, 256))}

    def _rescale(self, factor):
        mantissa, exponent = np.frexp(factor * self.rng.uniform(0.7, 1.4))
        multiplier, exponent = int(mantissa * (1 << 31)), int(exponent)
        if self.rounding == "double":
            return Rescale(multiplier, max(0, exponent), max(0, -exponent))
        return Rescale(multiplier, 0, 31 - exponent)

    def _window(self, name, largest=3):
        """Kernel, stride, padding and output size that fit a tensor."""
        rng = self.rng
        height, width, _ = self.shapes[name]
        kernel = tuple(int(rng.integers(1, min(largest, side) + 1)) for side in (height, width))
        stride = tuple(int(x) for x in rng.integers(1, 3, 2))
        padding = tuple(int(rng.integers(0, side)) for side in kernel * 2)
        size = tuple(
            (side + padding[i] + padding[i + 2] - kernel[i]) // stride[i] + 1
            for i, side in enumerate((height, width))
        )
        return kernel, stride, padding, size

    def _convolution(self, name, filters, groups):
        rng = self.rng
        kernel, stride, padding, size = self._window(name, 4)
        shape = (filters, *kernel, self.shapes[name][2] // groups)
        fan_in = int(np.prod(shape[1:]))
        self._put(
            Convolution,
            (name,),
            (*size, filters),
            weights=rng.integers(-127, 128, shape).astype(np.int8),
            bias=rng.integers(-20000, 20000, filters).astype(np.int32),
            stride=stride,
            padding=padding,
            groups=groups,
            rescale=tuple(self._rescale(40 / (fan_in**0.5 * 6000)) for _ in range(filters)),
            **self._clamp(),
        )

    def _dense(self, name):
        self._convolution(name, int(self.rng.integers(1, 14)), 1)

    def _depthwise(self, name):
        channels = self.shapes[name][2]
        self._convolution(name, channels, channels)

    def _grouped(self, name):
        channels = self.shapes[name][2]
        groups = int(self.rng.choice([x for x in range(1, channels + 1) if channels % x == 0]))
        self._convolution(name, groups * int(self.rng.integers(1, 4)), groups)

    def _pool(self, name):
        kernel, stride, padding, size = self._window(name)
        taps = kernel[0] * kernel[1]
        kind = ("max", "average")[self.rng.integers(2)]
        by_taps = ()
        if kind == "average" and self.rng.integers(2):
            by_taps = tuple(self._rescale(1 / count) for count in range(1, taps + 1))
        self._put(
            Pool,
            (name,),
            (*size, self.shapes[name][2]),
            kind=kind,
            kernel=kernel,
            stride=stride,
            padding=padding,
            rescale=self._rescale(1 / taps if kind == "average" else 1.0),
            by_taps=by_taps,
            offset=int(self.rng.integers(256)) if self.rng.integers(2) else None,
            **self._clamp(),
        )

    def _add(self, name):
        equal = [other for other, shape in self.shapes.items() if shape == self.shapes[name]]
        rng = self.rng
        if self.rounding == "double":
            operands = tuple(
                Rescale(int(rng.integers(1 << 30, 1 << 31)), 20, int(rng.integers(0, 3)))
                for _ in range(2)
            )
            total = Rescale(int(rng.integers(1 << 30, 1 << 31)), 0, 18)
        else:
            operands = tuple(Rescale(int(rng.integers(1 << 19, 1 << 21)), 0, 0) for _ in range(2))
            total = Rescale(1, 0, 21)
        inputs = (name, str(rng.choice(equal)))
        self._put(Add, inputs, self.shapes[name], operands=operands, total=total, **self._clamp())

    def _concat(self, name):
        axis = int(self.rng.integers(3))
        shape = list(self.shapes[name])
        others = [
            other
            for other, found in self.shapes.items()
            if all(found[i] == shape[i] for i in range(3) if i != axis)
        ]
        inputs = (name, *(str(x) for x in self.rng.choice(others, self.rng.integers(1, 3))))
        shape[axis] = sum(self.shapes[x][axis] for x in inputs)
        if int(np.prod(shape)) < 2000:
            kept = self.quantizations[name]
            self._put(Concat, inputs, tuple(shape), axis=axis, quantization=kept)

    def _pad(self, name):
        before, after = (tuple(int(x) for x in self.rng.integers(0, 3, 3)) for _ in range(2))
        shape = tuple(a + b + c for a, b, c in zip(before, self.shapes[name], after, strict=True))
        self._put(
            Pad,
            (name,),
            shape,
            before=before,
            after=after,
            fill=int(self.rng.integers(256)),
            quantization=self.quantizations[name],
        )

    def _slice(self, name):
        start, step, shape = [], [], []
        for side in self.shapes[name]:
            start.append(int(self.rng.integers(side)))
            step.append(int(self.rng.integers(1, 3)))
            shape.append(int(self.rng.integers(1, (side - 1 - start[-1]) // step[-1] + 2)))
        self._put(
            Slice,
            (name,),
            tuple(shape),
            start=tuple(start),
            step=tuple(step),
            quantization=self.quantizations[name],
        )

    def _reshape(self, name):
        height, width, channels = self.shapes[name]
        shapes = [
            (1, 1, height * width * channels),
            (width, height, channels),
            (height, 1, width * channels),
        ]
        shape = shapes[self.rng.integers(3)]
        if shape[2] < 200:
            kept = self.quantizations[name]
            self._put(Reshape, (name,), shape, quantization=kept)
