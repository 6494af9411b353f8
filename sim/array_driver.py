"""Driver of systolic arrays and tiles: random blocks, and what must come of every position."""

import re
from dataclasses import dataclass

import numpy as np
from cocotb.triggers import FallingEdge

from hwgen.arith.operand import OperandKind
from sim.signals import number

__all__ = ["ArrayDriver", "Block", "Form"]


@dataclass(frozen=True)
class Form:
    """What is simulated.

    ``tiles`` holds a multiplier per tile and column; ``latency`` and ``stages`` are those that
    the component states.
    """

    tiles: tuple[tuple, ...]
    latency: int
    stages: int

    @property
    def a_kind(self):
        return self.tiles[0][0].a_kind

    @property
    def w_kind(self):
        return self.tiles[0][0].w_kind


@dataclass(frozen=True)
class Block:
    """Weights, the tile and rows that count, and the positions that stream through them.

    ``enters`` says per cycle whether a position enters; a block may hold bubbles. ``diagonal``
    says which positions count on the diagonal only, ``variate`` what x is at each: mask, OR.
    """

    tile: int
    raw: np.ndarray  # [rows][cols]
    modes: np.ndarray
    rows: np.ndarray  # bool
    enters: np.ndarray  # bool per cycle
    a: np.ndarray  # [cycle][row]
    diagonal: np.ndarray  # bool per cycle
    variate: np.ndarray  # [cycle][2]


class ArrayDriver:
    """Drives blocks into an array and knows what comes out of it, and when."""

    def __init__(self, dut, form, rng):
        self.dut = dut
        self.form = form
        self.rng = rng
        self.ports = {handle._name for handle in dut}
        self.rows, self.cols = len(dut.load), len(form.tiles[0])
        is_signed = any(x.product_kind.signed for tile in form.tiles for x in tile)
        self.kinds = {
            f"total__{c}": OperandKind(len(dut.total__0), is_signed) for c in range(self.cols)
        }
        for name in self.ports:
            if name in ("activation_total", "variate_total") or re.fullmatch(
                r"diagonal_a__\d+", name
            ):
                self.kinds[name] = OperandKind(len(dut[name]), False)
        self.edge = form.latency - self.rows - form.stages  # cycles of registers in front
        self.cycle = 0
        self.compared = 0
        self.wanted = {}  # (cycle, output name) -> value; everything else is 0

    def draw_block(self, index):
        """A random block; every third one is as short as possible."""
        rng, shape = self.rng, (self.rows, self.cols)
        shortest = max(self.rows, self.cols) + self.edge + ("tile" in self.ports)
        cycles = shortest if index % 3 == 1 else shortest + int(rng.integers(1, 12))
        used = int(rng.integers(1, self.rows + 1))
        tile = int(rng.integers(len(self.form.tiles)))
        codes, weights = (1 << x.width for x in (self.form.a_kind, self.form.w_kind))
        bits = len(self.dut.variate_mask) if "variate_mask" in self.ports else 0
        corners = (0, weights // 2 - 1, weights // 2)
        return Block(
            tile=tile,
            raw=rng.choice((*corners, *range(1, weights, 2)), shape),
            modes=rng.integers(0, [len(x.modes) for x in self.form.tiles[tile]], shape),
            rows=np.arange(self.rows) < used,
            enters=rng.random(cycles) < 0.8,
            a=rng.choice((0, 0, codes - 1, *range(codes)), (cycles, self.rows)),
            diagonal=(rng.random(cycles) < 0.4) & ("diagonal" in self.ports),
            variate=np.stack(
                [(1 << rng.integers(0, bits + 1, cycles)) - 1, rng.integers(0, 2, cycles)], 1
            ),
        )

    def products(self, block, offset):
        """Products of a position: [row][col]."""
        kind = self.form.a_kind
        a = kind.decode(block.a[offset])[:, None]
        w = self.form.w_kind.decode(block.raw)
        products = np.zeros(block.raw.shape, dtype=np.int64)
        for col, multiplier in enumerate(self.form.tiles[block.tile]):
            for mode in range(len(multiplier.modes)):
                found = multiplier.compute(a[:, 0], w[:, col], mode)
                products[:, col] = np.where(block.modes[:, col] == mode, found, products[:, col])
        return products

    def expect(self, block, offset, column_enable):
        """Note what the position of this cycle gives."""
        done = self.cycle + self.form.latency
        products, counts = self.products(block, offset), block.rows[:, None]
        stored = np.where(
            block.rows, block.a[offset] ^ self.form.a_kind.encode(self.form.a_kind.low), 0
        )
        if block.diagonal[offset]:
            rows, cols = np.ogrid[: self.rows, : self.cols]
            counts = counts & (rows % self.cols == cols)
            for lane in range(min(self.rows, self.cols)):
                self.want(done + lane, f"diagonal_a__{lane}", stored[lane])
        else:
            mask, is_or = block.variate[offset]
            x = np.where(block.rows, block.a[offset] & mask, 0)
            self.want(done, "activation_total", stored.sum())
            self.want(done, "variate_total", (np.minimum(x, 1) if is_or else x).sum())
        sums = np.where(counts, products, 0).sum(axis=0)
        for col in np.flatnonzero(column_enable):
            self.want(done + col, f"total__{col}", sums[col])

    def want(self, cycle, name, value):
        """Note an output, if there is one of that name."""
        if name in self.kinds:
            self.wanted[cycle, name] = int(value)

    def compare(self):
        """Hold every output of this cycle to what is due."""
        for name, kind in self.kinds.items():
            value = int(kind.decode(number(self.dut[name])))
            wanted = self.wanted.pop((self.cycle, name), 0)
            assert value == wanted, f"cycle {self.cycle}: {name} is {value}, not {wanted}"
            self.compared += 1

    def drive(self, name, value):
        """Drive an input, if there is one of that name."""
        if name in self.ports:
            self.dut[name].value = int(value)

    async def step(self, block=None, offset=0, swap=None, load=None, column_enable=None):
        """One cycle: drive, note what must come of it, compare what is due.

        ``swap`` is the block that becomes active; ``load`` a block and the row that is loaded.
        """
        dut, rng = self.dut, self.rng
        self.compare()
        enters = block is not None and block.enters[offset]
        codes = 1 << self.form.a_kind.width
        for row in range(self.rows):
            dut[f"a__{row}"].value = int(block.a[offset][row] if enters else rng.integers(codes))
            dut[f"valid__{row}"].value = int(enters and block.rows[row])
        self.drive("tile", block.tile if enters else rng.integers(len(self.form.tiles)))
        self.drive("diagonal", block.diagonal[offset] if enters else rng.integers(2))
        mask, is_or = block.variate[offset] if enters else (0, rng.integers(2))
        self.drive("variate_mask", mask)
        self.drive("variate_or", is_or)
        assert not (swap and load and swap.tile != load[0].tile)
        named = swap or (load[0] if load else None)
        self.drive("load_tile", named.tile if named else rng.integers(len(self.form.tiles)))
        dut.swap.value = int(swap is not None)
        dut.load.value = 0 if load is None else 1 << load[1]
        for col in range(self.cols):
            width = self.form.w_kind.width
            code = int(rng.integers(1 << width))  # on the bus while nothing is loaded
            if load is not None:
                loaded, row = load
                code = int(loaded.modes[row, col]) << width | int(loaded.raw[row, col])
            dut[f"weight__{col}"].value = code
        if enters:
            self.expect(block, offset, column_enable)
        await FallingEdge(dut.clk)
        self.cycle += 1

    async def run_group(self, blocks, column_enable):
        """Stream blocks back to back, with the weights of each loaded in time."""
        self.drive("column_enable", sum(1 << int(col) for col in np.flatnonzero(column_enable)))
        positions, swaps, loads = self.schedule(blocks)
        for cycle in range(max(positions) + 1):
            block, offset = positions.get(cycle, (None, 0))
            await self.step(block, offset, swaps.get(cycle), loads.get(cycle), column_enable)
        for _ in range(self.form.latency + self.cols):
            await self.step()

    def schedule(self, blocks):
        """By cycle: block and offset in it, swaps, and which row of which block is loaded.

        A block swaps in the cycle before it starts. Its rows are loaded one per cycle, as early
        as the swap before it has left row 0, or so late that its own swap is at their heels.
        """
        positions, swaps, loads = {}, {}, {}
        start, loaded = 2, 0  # of this block; where the loads of the one before ended
        earliest = 0
        for index, block in enumerate(blocks):
            wanted = earliest if index % 2 else start - 2
            first = max(wanted, loaded)
            assert first <= start - 2
            loads |= {first + row: (block, row) for row in range(self.rows)}
            loaded = first + self.rows
            swaps[start - 1] = block
            # The swap is in column cols - 1 of row 0 then; a load takes effect after it.
            earliest = start - 1 + max(self.cols - 1 + self.edge, "tile" in self.ports)
            positions |= {start + i: (block, i) for i in range(len(block.enters))}
            start += len(block.enters)
        return positions, swaps, loads
