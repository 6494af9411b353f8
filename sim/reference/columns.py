"""What array columns do beside multiplying: parameters, corrections, requantization."""

from collections.abc import Iterator

import numpy as np

from hwgen.golden.requantize import requantize, wrap
from hwgen.network.graph import Rescale
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.fields import unpack
from hwgen.spec.program import Operation, parameter_bytes, parameter_layout

__all__ = ["Columns"]


class Columns:
    """Columns of one descriptor; parameters come group by group from memory."""

    def __init__(self, spec: AcceleratorSpec, fields: dict[str, int], memory: np.ndarray) -> None:
        self.spec = spec
        self.fields = fields
        start = fields["parameters"]
        self._stream = memory[start : start + fields["parameter_bytes"]].tobytes()
        self._parameters: list[dict[str, int]] = []
        self._activations: np.ndarray | int = 0
        self._variates: np.ndarray | int = 0
        self.advance(first=True)

    def groups(self) -> Iterator[range]:
        """Output channels, as many at a time as there are columns for."""
        is_diagonal = self.fields["operation"] == Operation.DIAGONAL
        size = self.spec.diagonal if is_diagonal else self.spec.cols
        is_permuted = self.spec.form == "columns" and self.fields["operation"] == Operation.DENSE
        for group in range(self.fields["groups"]):
            first = group * size
            last = first + size
            yield range(first, last if is_permuted else min(last, self.fields["filters"]))

    def advance(self, first: bool = False) -> None:
        """Take the next word of parameters, if there is one."""
        self._activations = self._variates = 0
        size = parameter_bytes(self.spec)
        word, self._stream = (
            self._stream[: size * self.spec.cols],
            self._stream[size * self.spec.cols :],
        )
        assert word or not first, "a descriptor without parameters"
        layout = parameter_layout(self.spec)
        self._parameters = [
            unpack(layout, int.from_bytes(word[at : at + size], "little"))
            for at in range(0, len(word), size)
        ]

    def watch(self, codes: np.ndarray, enabled: np.ndarray, is_diagonal: bool) -> None:
        """Sum activations and what the control variate makes of them."""
        counted = np.where(enabled, codes, 0).astype(np.int64)
        kind = self.spec.arithmetic[0].a_kind
        raw = codes ^ (1 << (kind.width - 1) if kind.signed else 0)
        low = (raw & self.fields["variate_mask"]).astype(np.int64)
        if self.fields["variate_or"]:
            low = np.minimum(low, 1)
        low = np.where(enabled, low, 0)
        if is_diagonal:
            cols = self.spec.cols
            self._activations = self._activations + _padded(counted, cols)
            self._variates = self._variates + _padded(low, cols)
        else:
            self._activations = self._activations + counted.sum(axis=1, keepdims=True)
            self._variates = self._variates + low.sum(axis=1, keepdims=True)

    def rescaled(self, values: np.ndarray) -> np.ndarray:
        """Values of a sum's operand; takes the next parameters."""
        found = requantize(values, self._rescales, self._rounding)
        self.advance()
        return found

    def codes(self, sums: np.ndarray) -> np.ndarray:
        """Output codes of accumulators."""
        total = sums + self._field("bias")
        total = total + self._field("sum_factor") * self._activations
        scaled = self._field("variate_factor") * self._variates
        fraction = self.fields["variate_fraction"]
        total = total + ((scaled + ((1 << fraction) >> 1)) >> fraction)
        moved = requantize(wrap(total), self._rescales, self._rounding) + self.fields["zero_out"]
        return np.clip(moved, self.fields["low"], self.fields["high"]).astype(np.uint8)

    def places(self, channels: range) -> Iterator[tuple[int, int]]:
        """Columns that write, and the channels that they write."""
        if self.spec.form != "columns":
            yield from enumerate(channels)
            return
        for column in range(len(channels)):
            channel = self._parameters[column]["channel"]
            if channel < self.fields["filters"]:
                yield column, channel

    @property
    def _rounding(self) -> str:
        return "double" if self.fields["double_rounding"] else "single"

    @property
    def _rescales(self) -> list[Rescale]:
        return [Rescale(x["multiplier"], x["left"], x["right"]) for x in self._parameters]

    def _field(self, name: str) -> np.ndarray:
        return np.array([x.get(name, 0) for x in self._parameters], np.int64)


def _padded(values: np.ndarray, cols: int) -> np.ndarray:
    """Lane ``c`` of every position for column ``c``."""
    return np.pad(values[:, :cols], ((0, 0), (0, max(0, cols - values.shape[1]))))
