"""The passes of every operation, against their order in words."""

import numpy as np
import pytest

from hwgen.control.passes import Passes
from hwgen.memory.token import Kind, Update
from hwgen.spec.program import DESCRIPTOR, Operation
from tests.bus.streams import never, now_and_then

CLOCK = 10e-9  # seconds
COLS, DIAGONAL, LANES, GAP = 3, 2, 5, 9
ADDRESS = 12  # bits
MULTIPLY = (Operation.DENSE, Operation.DIAGONAL)
STRIDES = ("column_step", "line_step_bytes")


def drawn(rng, operation, groups, passes):
    """A descriptor of random fields."""
    fields = {
        name: int(rng.integers(1 << width)) - (1 << (width - 1)) * is_signed
        for name, (width, is_signed) in DESCRIPTOR.items()
    }
    size = DIAGONAL if operation == Operation.DIAGONAL else COLS
    return fields | {
        "operation": operation,
        "groups": groups,
        "passes": 3 if operation == Operation.SUM else passes,
        "filters": groups * size - int(rng.integers(size)),
        "spacing": int(rng.integers(2, 65)),
    }


def expected(layer, *, scattered, early):
    """What every pass of a descriptor is to be, in order."""
    operation, found = layer["operation"], []
    adds, dense = operation == Operation.SUM, operation == Operation.DENSE
    diagonal = operation == Operation.DIAGONAL
    size = DIAGONAL if diagonal else COLS
    for group in range(layer["groups"]):
        left = min(size, layer["filters"] - group * size)
        for number in range(layer["passes"]):
            first, last = number == 0, number + 1 == layer["passes"]
            second = adds and number == 1
            way = "back" if first else "step"
            update = Update.MAXIMUM if operation == Operation.MAXIMUM else Update.ADD
            if adds and last:
                update = Update.KEEP
            kind = Kind.SCALED if adds and not last else Kind.BYTE
            found.append(
                {
                    "kind": Kind.TOTAL if operation in MULTIPLY else kind,
                    "update": Update.SET if first else update,
                    "final": last,
                    "load": first if early and diagonal else last or adds,
                    "diagonal_out": diagonal,
                    "count": LANES if dense else left,
                    "subtract": layer["zero_1" if second else "zero_0"],
                    "step": not (first and group == 0),
                    "back": first,
                    "step_q": layer[f"{way}_q"],
                    "step_ky": layer[f"{way}_ky"] % 512,
                    "step_offset": layer[f"{way}_offset"] % (1 << ADDRESS),
                    "spacing": layer["spacing"] if last or adds else 1,
                    "origin_address": layer["source_1" if second else "source"] % (1 << ADDRESS),
                    "origin_line": layer["source_line"],
                    "origin_byte": layer["source_byte"],
                    "last": last and group + 1 == layer["groups"],
                    "channel": group * size,
                    "columns": COLS if scattered and dense else left,
                    **{
                        name: layer[f"{name}_1" if second else name] % (1 << min(20, ADDRESS + 8))
                        for name in STRIDES
                    },
                }
            )
            found[-1]["line_step_bytes"] %= 1 << ADDRESS
    return found


class Walking:
    """``Fetch`` in Python: takes passes, walks for a while, and writes down what each one is."""

    def __init__(self, **options):
        self.dut = Passes(
            cols=COLS, diagonal=DIAGONAL, lanes=LANES, address_width=ADDRESS, gap=GAP, **options
        )
        self.seen = []
        self.ends = []  # cycle in which the pass before ended, and in which each was taken

    def now(self, ctx):
        """Everything that is read when a pass is taken."""
        work = self.dut.work
        fields = {name: ctx.get(getattr(work, name)) for name in ("kind", "update")}
        fields |= {name: bool(ctx.get(getattr(work, name))) for name in ("final", "load")}
        names = ("diagonal_out", "count", "subtract", "step", "back", "step_q", "step_ky")
        names += ("step_offset", "spacing", "origin_address", "origin_line", "origin_byte", "last")
        return fields | {name: ctx.get(getattr(self.dut, name)) for name in names}

    async def run(self, ctx, layer, positions, weights=never, parameters=never):
        """Walk through a descriptor whose weights and parameters are missing now and then."""
        dut = self.dut
        ctx.set(dut.layer, layer)
        ctx.set(dut.begin, 1)
        await ctx.tick()
        ctx.set(dut.begin, 0)
        left, cycle, ended = 0, 0, -GAP
        while not ctx.get(dut.done):
            has_weights, has_parameters = not weights(), not parameters()
            ctx.set(dut.weights_ready, has_weights)
            ctx.set(dut.parameters_ready, has_parameters)
            ctx.set(dut.ready, left <= 1)
            assert ctx.get(dut.walking) == (left > 0)
            needs_weights = layer["operation"] in MULTIPLY
            if left == 1:
                ended = cycle
            left = max(0, left - 1)
            taken = ctx.get(dut.start & dut.ready)
            assert ctx.get(dut.take_weights) == (taken and needs_weights)
            if taken:
                assert has_weights or not needs_weights
                self.seen.append(self.now(ctx))
                assert has_parameters or not self.seen[-1]["load"]
                assert ctx.get(dut.claim) == self.seen[-1]["load"]
                self.ends.append((ended, cycle))
                left = positions
            elif ctx.get(dut.waits_weights):
                assert needs_weights
                assert not has_weights
            elif ctx.get(dut.waits_parameters):
                assert not has_parameters
            await ctx.tick()
            if taken:  # strides, and what loads, are there from now on
                names = (*STRIDES, "channel", "columns")
                self.seen[-1] |= {name: ctx.get(getattr(dut, name)) for name in names}
            cycle += 1
            assert cycle < 5000


@pytest.mark.parametrize("operation", list(Operation)[1:6])
@pytest.mark.parametrize(("scattered", "early"), [(False, False), (True, True)])
@pytest.mark.parametrize("slow", [0.0, 0.6])
def test_passes_come_in_order_with_all_that_they_need(operation, scattered, early, slow, simulate):
    walking = Walking(scattered=scattered, early=early)
    rng = np.random.default_rng(int(operation))
    layers = [
        drawn(rng, operation, groups, passes) for groups, passes in ((1, 1), (3, 2), (2, 5), (1, 4))
    ]
    waits = now_and_then(rng, slow)

    async def bench(ctx):
        for layer, positions in zip(layers, (1, 4, 1, 3), strict=True):
            walking.seen.clear()
            await walking.run(ctx, layer, positions, waits, waits)
            wanted = expected(layer, scattered=scattered, early=early)
            assert len(walking.seen) == len(wanted)
            for found, one in zip(walking.seen, wanted, strict=True):
                if not one["load"]:
                    found |= {name: one[name] for name in ("channel", "columns")}
                assert found == one

    simulate(walking.dut, bench, clock=CLOCK)


def test_passes_follow_each_other_without_a_gap_but_for_a_sum_that_is_to_be_read(simulate):
    walking = Walking(scattered=False, early=False)
    rng = np.random.default_rng(1)

    async def bench(ctx):
        await walking.run(ctx, drawn(rng, Operation.DENSE, 2, 3), 4)
        assert all(ended == taken for ended, taken in walking.ends[1:])
        walking.ends.clear()
        await walking.run(ctx, drawn(rng, Operation.SUM, 2, 3), 4)
        gaps = [taken - ended for ended, taken in walking.ends]
        assert gaps[1:] == [0, GAP, 0, 0, GAP]

    simulate(walking.dut, bench, clock=CLOCK)


def test_what_a_pass_waits_for_is_told(simulate):
    walking = Walking(scattered=False, early=False)
    dut = walking.dut
    layer = drawn(np.random.default_rng(2), Operation.DENSE, 1, 1)

    async def bench(ctx):
        ctx.set(dut.layer, layer)
        ctx.set(dut.ready, 1)
        ctx.set(dut.begin, 1)
        await ctx.tick()
        ctx.set(dut.begin, 0)
        for weights, parameters, told in ((0, 0, (1, 0)), (0, 1, (1, 0)), (1, 0, (0, 1))):
            ctx.set(dut.weights_ready, weights)
            ctx.set(dut.parameters_ready, parameters)
            assert (ctx.get(dut.waits_weights), ctx.get(dut.waits_parameters)) == told
            assert not ctx.get(dut.start)
            await ctx.tick()
        ctx.set(dut.clear, 1)
        await ctx.tick()
        ctx.set(dut.clear, 0)
        ctx.set(dut.parameters_ready, 1)
        assert not ctx.get(dut.start)  # no pass is offered any more
        await ctx.tick()
        assert ctx.get(dut.done)

    simulate(dut, bench, clock=CLOCK)
