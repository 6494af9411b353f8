from dataclasses import dataclass

import numpy as np
import pytest

from hwgen.memory.walker import Walker

CLOCK = 10e-9  # seconds
ADDRESS_WIDTH, DEPTH, COLS = 12, 64, 4


@dataclass(frozen=True)
class Layer:
    """What stays the same in all passes of a layer."""

    height: int
    width: int
    inner: int
    step_q: int
    step_lines: int
    step_line_bytes: int
    in_lines: int
    flat: bool = False


@dataclass(frozen=True)
class Pass:
    """Where a pass begins."""

    line: int
    line_address: int
    q: int


def accesses(layer, begin):
    """Every access of a pass, in raster order."""
    for y in range(layer.height):
        for x in range(layer.width):
            position = y * layer.width + x
            line, line_address, q = begin.line, begin.line_address, begin.q
            if layer.flat:
                q += position * layer.step_q
            else:
                line += y * layer.step_lines
                line_address += y * layer.step_line_bytes
                q += x * layer.step_q
            for index in range(layer.inner):
                yield {
                    "first": int(position == index == 0),
                    "address": (line_address + q + index) % (1 << ADDRESS_WIDTH),
                    "line_inside": int(0 <= line < layer.in_lines),
                    "offset": q + index,
                    "position": position,
                    "index": index,
                }


def walk(simulate, layer, passes):
    """Offer all passes without a pause; return what the walker says in each valid cycle."""
    walker = Walker(address_width=ADDRESS_WIDTH, depth=DEPTH, cols=COLS)
    seen, gaps = [], []

    async def bench(ctx):
        for name, value in vars(layer).items():
            ctx.set(getattr(walker, name), int(value))
        waiting = list(passes)
        while True:
            ctx.set(walker.start, bool(waiting))
            if waiting:
                for name, value in vars(waiting[0]).items():
                    ctx.set(getattr(walker, name), value)
            if ctx.get(walker.valid):
                names = ("first", "address", "line_inside", "offset", "position", "index")
                seen.append({name: ctx.get(getattr(walker, name)) for name in names})
            elif seen and not waiting:
                return
            elif seen:
                gaps.append(len(seen))
            if waiting and ctx.get(walker.ready):
                waiting.pop(0)
            await ctx.tick()

    simulate(walker, bench, clock=CLOCK)
    assert gaps == []
    return seen


CASES = {
    "a convolution with padding": (
        Layer(3, 4, 1, step_q=2, step_lines=1, step_line_bytes=8, in_lines=3),
        [Pass(line, 100 + line * 8, q) for line in (-1, 0, 1) for q in (-2, 1)],
    ),
    "strides of 2": (
        Layer(2, 3, 1, step_q=6, step_lines=2, step_line_bytes=36, in_lines=5),
        [Pass(-2, 40 - 36, -3), Pass(1, 58, 3)],
    ),
    "bytes of several channels": (
        Layer(2, 2, 3, step_q=3, step_lines=1, step_line_bytes=6, in_lines=2),
        [Pass(0, 17, 0), Pass(0, 200, 0)],
    ),
    "flat, as results are written": (
        Layer(3, 3, 2, step_q=7, step_lines=9, step_line_bytes=99, in_lines=3, flat=True),
        [Pass(0, 1000, 4)],
    ),
    "single positions": (
        Layer(1, 1, 1, step_q=1, step_lines=1, step_line_bytes=1, in_lines=1),
        [Pass(0, 0, 0), Pass(0, 9, 1), Pass(-1, 9, 2)],
    ),
    "an address below 0 wraps": (
        Layer(1, 2, 1, step_q=1, step_lines=1, step_line_bytes=4, in_lines=1),
        [Pass(-1, -4, -1)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_positions_come_in_raster_order_and_passes_without_a_gap(case, simulate):
    layer, passes = CASES[case]
    wanted = [access for begin in passes for access in accesses(layer, begin)]
    assert walk(simulate, layer, passes) == wanted


def test_random_layers_are_walked_as_the_model_does(simulate):
    rng = np.random.default_rng(3)
    for _ in range(12):
        layer = Layer(
            *(int(x) for x in rng.integers(1, 5, 3)),
            step_q=int(rng.integers(1, 9)),
            step_lines=int(rng.integers(1, 4)),
            step_line_bytes=int(rng.integers(1, 90)),
            in_lines=int(rng.integers(1, 9)),
            flat=bool(rng.integers(2)),
        )
        passes = [
            Pass(*(int(x) for x in rng.integers((-3, -50, -9), (6, 2000, 30)))) for _ in range(3)
        ]
        wanted = [access for begin in passes for access in accesses(layer, begin)]
        assert walk(simulate, layer, passes) == wanted
