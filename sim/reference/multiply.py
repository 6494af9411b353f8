"""Products of the array, by the tables of its multipliers."""

from collections.abc import Iterator

import numpy as np

from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.program import RANGES, Operation

__all__ = ["ProductTables"]


class ProductTables:
    """Tables of every multiplier and mode of an accelerator."""

    def __init__(self, spec: AcceleratorSpec) -> None:
        self.spec = spec
        self.modes = 1 << spec.mode_width
        multipliers = spec.arithmetic
        self.kinds = multipliers[0].a_kind, multipliers[0].w_kind
        tables = []
        for multiplier in multipliers:
            last = len(multiplier.modes) - 1
            tables += [multiplier.table(min(mode, last)) for mode in range(self.modes)]
        self.tables = np.stack(tables)

    def blocks(self, fields: dict[str, int], memory: np.ndarray) -> Iterator[np.ndarray]:
        """Weight blocks of a descriptor: ``[rows, cols]`` of code with mode above."""
        start, length = fields["weights"], fields["weight_bytes"]
        if not length:
            return
        bits = np.unpackbits(memory[start : start + length], bitorder="little")
        width, cols = self.spec.weight_bits, self.spec.cols
        words = bits[: len(bits) // (width * cols) * width * cols].reshape(-1, cols, width)
        values = words.astype(np.int64) @ (1 << np.arange(width))
        if fields["operation"] == Operation.DIAGONAL:
            values = np.repeat(values, self.spec.rows, axis=0)
        yield from values.reshape(-1, self.spec.rows, cols)

    def products(
        self,
        fields: dict[str, int],
        codes: np.ndarray,
        enabled: np.ndarray,
        block: np.ndarray,
        is_diagonal: bool,
    ) -> np.ndarray:
        """Column sums of every position: int64 ``[positions, cols]``."""
        a_kind, w_kind = self.kinds
        raw = codes[:, : self.spec.rows].astype(np.int64)
        raw = raw ^ (1 << (a_kind.width - 1) if a_kind.signed else 0)
        weight = block & ((1 << w_kind.width) - 1)
        mode = self._modes(fields, weight) if self.spec.form == "ranges" else block >> w_kind.width
        which = mode + self.modes * self._multipliers(fields)
        sums = np.zeros((len(codes), self.spec.cols), np.int64)
        for row in np.flatnonzero(enabled[: self.spec.rows]):
            products = self.tables[which[row], raw[:, row, None], weight[row]]
            if is_diagonal:
                sums[:, row % self.spec.cols] += products[:, row % self.spec.cols]
            else:
                sums += products
        return sums

    def _modes(self, fields: dict[str, int], weight: np.ndarray) -> np.ndarray:
        """Modes that comparators derive from weights."""
        kind = self.kinds[1]
        value = kind.decode(weight)
        mode = np.full(weight.shape, fields["range_mode"])
        for number in reversed(range(RANGES)):
            low, high = (kind.decode(fields[f"range_{number}_{end}"]) for end in ("low", "high"))
            inside = (value >= low) & (value <= high)
            mode = np.where(inside, fields[f"range_{number}_mode"], mode)
        return mode

    def _multipliers(self, fields: dict[str, int]) -> np.ndarray:
        """Number of each column's multiplier."""
        if self.spec.form == "columns":
            return np.arange(self.spec.cols) % len(self.spec.multipliers)
        return np.full(self.spec.cols, fields["tile"])
