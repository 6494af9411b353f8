"""Random layers of a wished kind, stride and padding, put together to a network."""

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
from tests.random_window import draw_strides, draw_window, is_strided, window_size

__all__ = ["GraphBuilder"]

LARGEST = 400  # codes of a tensor
LARGEST_FAN_IN = 200


class GraphBuilder:
    """Puts layers behind each other.

    Every method named after a kind of layer takes the tensor to read, and maybe ``stride`` and
    ``padding``: the larger stride of both directions, and ``none``, ``equal`` or ``unequal``
    on opposite sides. It returns the new tensor's name, or None where the tensor does not allow
    such a layer.

    Parameters
    ----------
    rng : numpy.random.Generator
    shape : (int, int, int)
        Of the image.
    rounding : str
        ``single`` or ``double``.
    bits : (int, int)
        Of activations and weights: 4 to 8.
    zero_points : str
        Those of weights: ``none``, one of a ``layer`` or one of each ``filter``.
    """

    def __init__(self, rng, shape, rounding, bits=(8, 8), zero_points="none"):
        self.rng, self.rounding, self.bits, self.zero_points = rng, rounding, bits, zero_points
        self.input_shape = shape
        self.shapes, self.quantizations, self.layers = {}, {}, []
        self._know("image", shape, self._quantization())
        self.input_quantization = self.quantizations["image"]
        if bits[0] < 8:  # codes of fewer bits use the lower end: a layer clamps the image's
            self._pool("image", "max", (1, 1), (1, 1), (0,) * 4, shape[:2])
            del self.shapes["image"]

    def network(self):
        """All layers so far."""
        return Network(
            input_name="image",
            input_shape=self.input_shape,
            input_quantization=self.input_quantization,
            layers=tuple(self.layers),
        )

    def dense(self, name, stride=None, padding=None):
        """Convolution of all channels."""
        return self._convolution(name, int(self.rng.integers(2, 8)), 1, stride, padding)

    def depthwise(self, name, stride=None, padding=None):
        """A kernel for each channel."""
        channels = self.shapes[name][2]
        return channels > 1 and self._convolution(name, channels, channels, stride, padding)

    def grouped(self, name, stride=None, padding=None):
        """Groups of channels; or several kernels for each."""
        channels = self.shapes[name][2]
        found = [x for x in range(2, channels + 1) if channels % x == 0]
        if not found:
            return None
        groups = int(self.rng.choice(found))
        each = int(self.rng.integers(2 if groups == channels else 1, 4))
        return self._convolution(name, groups * each, groups, stride, padding)

    def pointwise(self, name, stride=None, padding=None):
        """Convolution of one position."""
        steps = draw_strides(self.rng, stride)
        size = window_size(self.shapes[name][:2], (1, 1), steps, (0,) * 4)
        if max(self.shapes[name][:2]) == 1 or not is_strided(size, steps):
            return None
        return self._multiply(name, (1, 1), steps, (0,) * 4, int(self.rng.integers(2, 8)), 1, size)

    def fully_connected(self, name, stride=None, padding=None):
        """A kernel as large as the tensor."""
        kernel = self.shapes[name][:2]
        filters = int(self.rng.integers(2, 8))
        if np.prod(self.shapes[name]) > LARGEST_FAN_IN:
            return None
        return self._multiply(name, kernel, (1, 1), (0,) * 4, filters, 1, (1, 1))

    def max_pool(self, name, stride=None, padding=None):
        """Maximum of windows."""
        return self._windowed_pool(name, "max", stride, padding)

    def average_pool(self, name, stride=None, padding=None):
        """Average of windows."""
        return self._windowed_pool(name, "average", stride, padding)

    def global_max(self, name, stride=None, padding=None):
        """Maximum of all positions."""
        return self._pool(name, "max", self.shapes[name][:2], (1, 1), (0,) * 4, (1, 1))

    def global_average(self, name, stride=None, padding=None):
        """Average of all positions."""
        return self._pool(name, "average", self.shapes[name][:2], (1, 1), (0,) * 4, (1, 1))

    def add(self, name, stride=None, padding=None):
        """Sum with a tensor of the same shape, maybe itself, each of a scale of its own."""
        rng = self.rng
        equal = [other for other, shape in self.shapes.items() if shape == self.shapes[name]]
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
        fields = {"operands": operands, "total": total, **self._clamp()}
        return self._put(Add, inputs, self.shapes[name], **fields)

    def concat_lines(self, name, stride=None, padding=None):
        """Below each other."""
        return self._concat(name, 0)

    def concat_columns(self, name, stride=None, padding=None):
        """Beside each other."""
        return self._concat(name, 1)

    def concat_channels(self, name, stride=None, padding=None):
        """Channels of several tensors."""
        return self._concat(name, 2)

    def pad(self, name, stride=None, padding=None):
        """A margin of one code."""
        before, after = (tuple(int(x) for x in self.rng.integers(0, 3, 3)) for _ in range(2))
        if padding == "equal":
            after = before = (before[0], max(1, before[1]), before[2])
        elif padding == "unequal":
            after = ((before[0] + 1) % 3, *after[1:])
        shape = tuple(a + b + c for a, b, c in zip(before, self.shapes[name], after, strict=True))
        fill = int(self.rng.integers(1 << self.bits[0]))
        fields = {"before": before, "after": after, "fill": fill}
        return self._put(Pad, (name,), shape, quantization=self.quantizations[name], **fields)

    def slice(self, name, stride=None, padding=None):
        """Every so many lines, columns and channels."""
        steps = (*draw_strides(self.rng, stride), int(self.rng.integers(1, 4)))
        start, shape = [], []
        for side, step in zip(self.shapes[name], steps, strict=True):
            start.append(int(self.rng.integers(max(1, side - step))))
            shape.append(int(self.rng.integers(1, (side - 1 - start[-1]) // step + 2)))
            shape[-1] = max(shape[-1], 1 + (start[-1] + step < side))
        if not is_strided(shape[:2], steps[:2]):
            return None
        fields = {"start": tuple(start), "step": steps}
        kept = self.quantizations[name]
        return self._put(Slice, (name,), tuple(shape), quantization=kept, **fields)

    def reshape(self, name, stride=None, padding=None):
        """The same codes in another shape."""
        height, width, channels = self.shapes[name]
        shapes = [
            (1, 1, height * width * channels),
            (width, height, channels),
            (height, 1, width * channels),
        ]
        shape = shapes[self.rng.integers(3)]
        if shape[2] >= 100:
            return None
        return self._put(Reshape, (name,), shape, quantization=self.quantizations[name])

    def _know(self, name, shape, quantization):
        self.shapes[name], self.quantizations[name] = shape, quantization

    def _put(self, made, inputs, shape, **fields):
        if np.prod(shape) > LARGEST:
            return None
        name = f"{made.__name__.lower()}{len(self.layers)}"
        quantization = fields.pop("quantization", None) or self._quantization()
        common = {"name": name, "inputs": inputs, "shape": tuple(map(int, shape))}
        common |= {"quantization": quantization, "rounding": self.rounding}
        self.layers.append(made(**common, **fields))
        self._know(name, tuple(map(int, shape)), quantization)
        return name

    def _quantization(self):
        highest = 200 >> (8 - self.bits[0])
        return Quantization(scale=1.0, zero_point=int(self.rng.integers(0, highest)))

    def _clamp(self):
        low, high = self.rng.integers(0, 20), self.rng.integers(230, 256)
        less = 8 - self.bits[0]
        return {"low": int(low) >> less, "high": int(high) >> less}

    def _rescale(self, factor):
        mantissa, exponent = np.frexp(factor * self.rng.uniform(0.7, 1.4))
        multiplier, exponent = int(mantissa * (1 << 31)), int(exponent)
        if self.rounding == "double":
            return Rescale(multiplier, max(0, exponent), max(0, -exponent))
        return Rescale(multiplier, 0, 31 - exponent)

    def _convolution(self, name, filters, groups, stride, padding):
        found = draw_window(self.rng, self.shapes[name][:2], stride, padding)
        return found and self._multiply(name, *found[:3], filters, groups, found[3])

    def _multiply(self, name, kernel, stride, margin, filters, groups, size):
        rng, (a_bits, w_bits) = self.rng, self.bits
        half = 1 << (w_bits - 1)
        shape = (filters, *kernel, self.shapes[name][2] // groups)
        fan_in = int(np.prod(shape[1:]))
        if fan_in > LARGEST_FAN_IN:
            return None
        count = {"none": 0, "layer": 1, "filter": filters}[self.zero_points]
        zeros = tuple(int(x) for x in rng.integers(-half // 2, half // 2, count))
        factor = 40 / (fan_in**0.5 * 6000) * (1 << (8 - w_bits))
        return self._put(
            Convolution,
            (name,),
            (*size, filters),
            weights=rng.integers(-half, half, shape).astype(np.int8),
            weight_zero_points=zeros * (filters // count) if count else (),
            bias=(rng.integers(-20000, 20000, filters) >> (16 - a_bits - w_bits)).astype(np.int32),
            stride=stride,
            padding=margin,
            groups=groups,
            rescale=tuple(self._rescale(factor) for _ in range(filters)),
            **self._clamp(),
        )

    def _windowed_pool(self, name, kind, stride, padding):
        found = draw_window(self.rng, self.shapes[name][:2], stride, padding)
        return found and self._pool(name, kind, *found)

    def _pool(self, name, kind, kernel, stride, margin, size):
        taps, by_taps = kernel[0] * kernel[1], ()
        if kind == "average" and any(margin) and self.rng.integers(2):
            by_taps = tuple(self._rescale(1 / count) for count in range(1, taps + 1))
        return self._put(
            Pool,
            (name,),
            (*size, self.shapes[name][2]),
            kind=kind,
            kernel=kernel,
            stride=stride,
            padding=margin,
            rescale=self._rescale(1 / taps if kind == "average" else 1.0),
            by_taps=by_taps,
            offset=int(self.rng.integers(1 << self.bits[0])) if self.rng.integers(2) else None,
            **self._clamp(),
        )

    def _concat(self, name, axis):
        shape = list(self.shapes[name])
        others = [
            other
            for other, found in self.shapes.items()
            if all(found[i] == shape[i] for i in range(3) if i != axis)
        ]
        inputs = (name, *(str(x) for x in self.rng.choice(others, self.rng.integers(1, 3))))
        shape[axis] = sum(self.shapes[x][axis] for x in inputs)
        kept = self.quantizations[name]
        return self._put(Concat, inputs, shape, axis=axis, quantization=kept)
