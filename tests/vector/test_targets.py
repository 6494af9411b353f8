"""Where codes are written: by runs, and scattered over slots."""

from collections import defaultdict

import numpy as np
import pytest

from hwgen.vector.target import RunTarget, ScatterTarget

CLOCK = 10e-9  # seconds
ADDRESS, COLS = 10, 4
FINAL = {"kind": 0, "update": 0, "final": 1, "load": 0}
NOT_FINAL = FINAL | {"final": 0}
EMPTY = 0xFFFF  # channel of a column without a filter


class Layer:
    """Two groups of filters: an unfinished pass and a final one each, in raster order."""

    def __init__(self, rng, height, width, spacing, channels=None):
        self.height, self.width, self.spacing = height, width, spacing
        self.origin, self.column_step, self.line_step = 37, 7, 7 * width + 5
        self.channels = channels or [list(range(COLS)), list(range(COLS, 2 * COLS))]
        self.columns = [COLS, 2]
        shape = (2, height, width, COLS)
        self.codes = rng.integers(256, size=shape).tolist()

    def set(self, ctx, dut):
        for name in ("origin", "column_step", "line_step"):
            ctx.set(getattr(dut, name), getattr(self, name))

    def tokens(self):
        """Token, group and position, or None, of every cycle."""
        for group in range(2):
            for work in (NOT_FINAL, FINAL):
                for y in range(self.height):
                    for x in range(self.width):
                        first = y == x == 0
                        token = {
                            "valid": 1,
                            "first": first,
                            "line_end": x + 1 == self.width,
                            "work": work | {"load": first and work is FINAL},
                        }
                        yield token, group, (y, x) if work is FINAL else None
                        for _ in range(self.spacing - 1):
                            yield {"valid": 0, "work": FINAL}, group, None
        for _ in range(self.spacing + 4):
            yield {"valid": 0, "work": FINAL}, 1, None

    def wanted(self):
        """Code of every byte that is to be written, by address."""
        return {
            (self.origin + y * self.line_step + x * self.column_step + channel)
            % (1 << ADDRESS): self.codes[group][y][x][col]
            for group in range(2)
            for y in range(self.height)
            for x in range(self.width)
            for col, channel in enumerate(self.channels[group][: self.columns[group]])
            if channel != EMPTY
        }


async def walk(ctx, dut, layer, set_group, address_of, written):
    """Show tokens, and the codes of each two cycles later; note who writes what in each cycle."""
    layer.set(ctx, dut)
    late = [None, None]
    shown = 0  # group whose parameters are there: those of the next one follow when it is taken
    for token, group, place in layer.tokens():
        set_group(ctx, shown)
        ctx.set(dut.token, token)
        shown = min(1, shown + ctx.get(dut.taken))
        late.append((group, place))
        now = late.pop(0)
        for col in range(COLS):
            has_codes = now is not None and now[1] is not None
            code = layer.codes[now[0]][now[1][0]][now[1][1]][col] if has_codes else 0xAA
            ctx.set(dut.code[col], code)
        cycle = {
            address_of(ctx, col): ctx.get(dut.write_data[col])
            for col in range(COLS)
            if ctx.get(dut.write_enable[col])
        }
        written.append(cycle)
        await ctx.tick()


@pytest.mark.parametrize(("height", "width", "spacing"), [(1, 1, 1), (3, 4, 1), (2, 3, 3)])
def test_a_run_of_codes_for_every_position_of_a_final_pass(height, width, spacing, simulate):
    dut = RunTarget(address_width=ADDRESS, cols=COLS)
    layer = Layer(np.random.default_rng(1), height, width, spacing)
    written = []

    def set_group(ctx, group):
        ctx.set(dut.channel, COLS * group)
        ctx.set(dut.columns, layer.columns[group])

    def address_of(ctx, col):
        return (ctx.get(dut.write_address) + col) % (1 << ADDRESS)

    async def bench(ctx):
        await walk(ctx, dut, layer, set_group, address_of, written)

    simulate(dut, bench, clock=CLOCK)
    cycles = [cycle for cycle in written if cycle]
    assert len(cycles) == 2 * height * width
    assert {address: code for cycle in cycles for address, code in cycle.items()} == layer.wanted()
    assert sum(map(len, cycles)) == len(layer.wanted())  # nothing twice


@pytest.mark.parametrize(("height", "width", "slots"), [(1, 1, 1), (3, 4, 1), (2, 3, 3)])
def test_scattered_codes_are_written_in_their_slots_and_nowhere_else(
    height, width, slots, simulate
):
    dut = ScatterTarget(address_width=ADDRESS, cols=COLS, slot_width=6)
    rng = np.random.default_rng(2)
    channels = [[5, 0, EMPTY, 3], [4, 1, 9, 9]]
    layer = Layer(rng, height, width, slots, channels)
    slot = rng.integers(slots, size=(2, COLS)).tolist()
    written, by_slot = [], defaultdict(set)

    def set_group(ctx, group):
        ctx.set(dut.columns, layer.columns[group])
        for col in range(COLS):
            ctx.set(dut.channel[col], channels[group][col])
            ctx.set(dut.slot[col], slot[group][col])

    def address_of(ctx, col):
        by_slot[len(written)].add(col)
        return ctx.get(dut.write_address[col])

    async def bench(ctx):
        ctx.set(dut.slots, slots)
        await walk(ctx, dut, layer, set_group, address_of, written)
        assert not ctx.get(dut.busy)

    simulate(dut, bench, clock=CLOCK)
    assert {address: code for cycle in written for address, code in cycle.items()} == layer.wanted()
    assert sum(map(len, written)) == len(layer.wanted())
    in_slots = [
        {col for col in range(COLS) if slot[g][col] == s} for g in (0, 1) for s in range(slots)
    ]
    assert all(any(cols <= allowed for allowed in in_slots) for cols in by_slot.values())
