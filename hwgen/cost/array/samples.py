"""Operands of an array's elements, sampled in the order in which an accelerator brings them.

A layer's weights are cut into blocks; while a block stays in the array, all output positions
stream past it, one per cycle. Blocks follow each other without a gap. A sample is one element in
one of those cycles, drawn uniformly, with as many cycles before it as wanted: rows without a tap
and columns without a filter are among them, as they cost energy, too.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.arith.multiplier import Multiplier
from hwgen.network.stream import LayerStream
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["ArraySamples", "Lanes"]

Lanes: TypeAlias = NDArray[np.int64]


class ArraySamples:
    """Samples of one layer's stream on the array of an accelerator.

    Parameters
    ----------
    stream : LayerStream
    spec : AcceleratorSpec
    lanes : int
        Samples.
    columns : sequence of int, optional
        Columns that they are drawn from; default: all.
    seed : int

    Attributes
    ----------
    blocks, positions : int
        Blocks of weights, and cycles that each of them takes.
    row, column : int64[lanes]
        Element of each sample.
    is_diagonal : bool
        Whether activations count on the array's diagonal only.
    """

    def __init__(
        self,
        stream: LayerStream,
        spec: AcceleratorSpec,
        lanes: int,
        columns: list[int] | None = None,
        seed: int = 0,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.stream = stream
        self.spec = spec
        self._filters, self._taps = stream.w.shape
        self.is_diagonal = 1 < stream.groups == self._filters
        self._size = spec.diagonal if self.is_diagonal else spec.cols
        passes = self._taps if self.is_diagonal else -(-self._taps // spec.rows)
        self.passes = passes
        self._placement = self._placed()  # filter by group and column, -1 for none
        self.blocks = passes * len(self._placement)
        self.positions = len(stream.a)
        self._time = rng.integers(self.blocks * self.positions, size=lanes)
        self.row = rng.integers(spec.rows, size=lanes)
        self.column = rng.choice(list(range(spec.cols)) if columns is None else columns, lanes)
        kind = find(stream.choices[0][0]).a_kind
        self._lowest = kind.low & (1 << kind.width) - 1
        self._edge = spec.arithmetic[0].edge if spec.form == "edge" else None
        self._tables = [self._table(name, mode) for name, mode in stream.choices]

    @property
    def cycles(self) -> int:
        """In which a position enters the array."""
        return int(self.blocks * self.positions)

    def block(self, ago: int) -> Lanes:
        """Block that was active so many cycles before the sample; before the first: the last."""
        return (self._time - ago) % self.cycles // self.positions

    def position(self, ago: int) -> Lanes:
        """Output position at that time."""
        return (self._time - ago) % self.positions

    def activation(self, ago: int, row: Lanes, *, stored: bool = False) -> tuple[Lanes, Lanes]:
        """Code that a row's multipliers get, or the stored one, and whether it counts."""
        block = self.block(ago)
        if self.is_diagonal:
            group, tap = np.divmod(block, self.passes)
            channel = group * self._size + row
            counts = (row < self._size) & (channel < self._filters)
            index = channel * self._taps + tap
        else:
            index = block % self.passes * self.spec.rows + row
            counts = index < self._taps
        last = self.stream.a.shape[1] - 1
        codes = self.stream.a[self.position(ago), np.minimum(index, last)].astype(np.int64)
        codes ^= 0 if stored else self._lowest
        return np.where(counts, codes, 0), counts.astype(np.int64)

    def weight(self, block: Lanes, row: Lanes, column: Lanes) -> tuple[Lanes, Lanes]:
        """Weight code of an element, and its index into the stream's choices; without one 0."""
        group, number = np.divmod(block, self.passes)
        kernel = self._placement[group, column]
        tap = number if self.is_diagonal else number * self.spec.rows + row
        exists = (kernel >= 0) & (tap < self._taps)
        tap = tap.clip(0, self._taps - 1)
        code, choice = self.stream.w[kernel, tap], self.stream.choice[kernel, tap]
        return np.where(exists, code, 0).astype(np.int64), np.where(exists, choice, 0)

    def register(self, block: Lanes, row: Lanes, column: Lanes) -> Lanes:
        """What an element's weight register holds: the code, with the mode above."""
        code, choice = self.weight(block, row, column)
        if not self.spec.mode_width:
            return code
        modes = np.array([mode for _, mode in self.stream.choices])[choice]
        return code | modes << self.spec.arithmetic[0].w_kind.width

    def edge(self, a: Lanes) -> Lanes:
        """Activation codes as elements get them."""
        if self._edge is None:
            return a
        transform = self._edge.transform
        mask = (1 << transform.core_kind.width) - 1
        short: Lanes = transform.compute(transform.kind.decode(a))
        return short & mask

    def above(self, ago: int) -> Lanes:
        """Sum that an element gets from the north, as a signed number."""
        found = np.zeros(len(self.row), np.int64)
        for row in range(self.spec.rows):
            found += np.where(row < self.row, self._product(ago, np.full_like(self.row, row)), 0)
        return found

    def activations_above(self, ago: int, mask: int | None = None) -> Lanes:
        """Sum over the rows above of stored activations, or of what elements get, masked."""
        found = np.zeros(len(self.row), np.int64)
        if self.is_diagonal:
            return found
        for row in range(self.spec.rows):
            a, _ = self.activation(ago, np.full_like(self.row, row), stored=mask is None)
            found += np.where(row < self.row, a if mask is None else a & mask, 0)
        return found

    def filter(self, ago: int) -> Lanes:
        """Filter of the sample's column; where it has none, the layer's last one."""
        found: Lanes = self._placement[self.block(ago) // self.passes, self.column]
        kernel: Lanes = found % self._filters
        return kernel

    def column_sum(self, ago: int) -> Lanes:
        """Sum that leaves the sample's column, of one block."""
        first = self.block(ago) % self.passes * self._per_block
        return self._sum(self.position(ago), self.filter(ago), first, first + self._per_block)

    def accumulated(self, ago: int) -> Lanes:
        """What the blocks before have accumulated of that position."""
        last = self.block(ago) % self.passes * self._per_block
        return self._sum(self.position(ago), self.filter(ago), 0 * last, last)

    def value(self, position: Lanes, kernel: Lanes) -> Lanes:
        """What is requantized: the sum of a filter at a position, corrected."""
        found = self.total(position, kernel) + self.stream.parameters["bias"][kernel]
        sums = self.activation_sum(position, kernel)
        return found + self.stream.parameters["sum_factor"][kernel] * sums

    def total(self, position: Lanes, kernel: Lanes) -> Lanes:
        """Sum of a filter's products at a position."""
        taps = np.full_like(kernel, self._taps)
        return self._sum(position, kernel, 0 * taps, taps)

    def activation_sum(self, position: Lanes, kernel: Lanes, mask: int = 255) -> Lanes:
        """Sum over all taps of a filter of stored activations, or of their low bits."""
        codes = self.stream.a[position[:, None], self._indices(kernel)].astype(np.int64)
        sums: Lanes = (codes & mask).sum(axis=1)
        return sums

    @property
    def _per_block(self) -> int:
        return 1 if self.is_diagonal else self.spec.rows

    def _indices(self, kernel: Lanes) -> Lanes:
        """Where a filter's taps lie in the stream: ``[lanes, K]``."""
        group = kernel // (self._filters // self.stream.groups)
        found: Lanes = group[:, None] * self._taps + np.arange(self._taps)
        return found

    def _sum(self, position: Lanes, kernel: Lanes, first: Lanes, last: Lanes) -> Lanes:
        """Sum of a filter's products at a position, from one tap to another."""
        codes = self.stream.a[position[:, None], self._indices(kernel)] ^ self._lowest
        a, w, choice = self.edge(codes), self.stream.w[kernel], self.stream.choice[kernel]
        found = np.zeros(w.shape, np.int64)
        for number, table in enumerate(self._tables):
            found = np.where(choice == number, table[a, w], found)
        taps = np.arange(self._taps)
        counts = (first[:, None] <= taps) & (taps < last[:, None])
        sums: Lanes = (found * counts).sum(axis=1)
        return sums << self._scale

    @property
    def _scale(self) -> int:
        return self._edge.transform.shift if self._edge else 0

    def _placed(self) -> Lanes:
        """Filters in order; where columns differ, those with a column's multiplier in it."""
        spec, size = self.spec, self._size
        held = [
            find(spec.multiplier_of(c)) if spec.form == "columns" and not self.is_diagonal else None
            for c in range(spec.cols)
        ]
        waiting: dict[Multiplier | None, list[int]] = {}
        for kernel in range(self._filters):
            name, _ = self.stream.choices[self.stream.choice[kernel, 0]]
            waiting.setdefault(find(name) if held[0] else None, []).append(kernel)
        groups = []
        while any(waiting.values()):
            queues = (waiting.get(x, []) if c < size else [] for c, x in enumerate(held))
            groups.append([queue.pop(0) if queue else -1 for queue in queues])
        return np.array(groups, np.int64)

    def _product(self, ago: int, row: Lanes) -> Lanes:
        """What the element of a row adds to its column's sum."""
        a, counts = self.activation(ago, row)
        code, choice = self.weight(self.block(ago), row, self.column)
        if self.is_diagonal:
            counts &= row % self.spec.cols == self.column
        found = np.zeros(len(row), np.int64)
        for number, table in enumerate(self._tables):
            found = np.where(choice == number, table[self.edge(a), code], found)
        return found * counts

    def _table(self, name: str, mode: int) -> NDArray[np.int32]:
        return (self._edge.core if self._edge else find(name)).table(mode)
