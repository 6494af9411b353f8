import re

import numpy as np
import pytest

from hwgen.bus.unpacker import BeatUnpacker, packed_bytes
from hwgen.errors import SpecError
from hwgen.verilog import to_verilog
from tests.bus.streams import feed, never, now_and_then, take

CLOCK = 10e-9  # seconds
# Narrower than a beat, as wide, wider; that divide it, are multiples, have little in common.
WIDTHS = [8, 9, 16, 45, 63, 64, 65, 72, 100, 128, 144, 160, 640, 1024]


def draw(rng, words, width):
    """Words of a run."""
    return [int.from_bytes(rng.bytes(-(-width // 8))) % (1 << width) for _ in range(words)]


def beats_of(words, width, lanes, rng):
    """Beats of a run; what is beyond its end is random."""
    size = packed_bytes(len(words), width)
    line = sum(word << (index * width) for index, word in enumerate(words))
    padding = int.from_bytes(rng.bytes(lanes + 1)) << (len(words) * width)
    line = (line | padding).to_bytes(size + 2 * lanes, "little")
    starts = range(0, size, lanes)
    return [
        {
            "data": int.from_bytes(line[start : start + lanes], "little"),
            "last": start == starts[-1],
            "end": (size - 1) % lanes if start == starts[-1] else lanes - 1,
        }
        for start in starts
    ]


def run(simulate, data_width, word_width, runs, stalls, seed=0):
    """Words that come out with their ``last``, and the cycles in which they do."""
    unpacker = BeatUnpacker(data_width=data_width, word_width=word_width)
    rng = np.random.default_rng(seed)
    beats = [beat for words in runs for beat in beats_of(words, word_width, data_width // 8, rng)]
    seen, cycles = [], []

    async def source(ctx):
        await feed(ctx, unpacker.i, beats, stalls)

    async def sink(ctx):
        count = sum(map(len, runs))
        taken = await take(ctx, unpacker.o, count, stalls, cycles)
        seen.extend((word.data, word.last) for word in taken)
        await ctx.tick().repeat(3)
        assert not ctx.get(unpacker.o.valid)

    simulate(unpacker, source, sink, clock=CLOCK)
    wanted = [(word, int(i == len(words) - 1)) for words in runs for i, word in enumerate(words)]
    assert seen == wanted
    return cycles, len(beats)


@pytest.mark.parametrize("word_width", WIDTHS)
@pytest.mark.parametrize("data_width", [32, 64, 256])
def test_words_of_any_width_come_out_of_runs_of_any_length(data_width, word_width, simulate):
    rng = np.random.default_rng(word_width)
    runs = [draw(rng, int(count), word_width) for count in rng.integers(1, 30, 8)]
    runs += [draw(rng, 1, word_width)] * 3
    run(simulate, data_width, word_width, runs, now_and_then(rng, 0.4))


@pytest.mark.parametrize("word_width", WIDTHS)
def test_nobody_waits_but_for_the_slower_side(word_width, simulate):
    rng = np.random.default_rng(word_width)
    cycles, beats = run(simulate, 64, word_width, [draw(rng, 60, word_width)], never)
    assert cycles[-1] == (beats if word_width >= 64 else 60)


@pytest.mark.parametrize("word_width", [64, 128, 144])
def test_runs_follow_each_other_without_a_gap(word_width, simulate):
    rng = np.random.default_rng(word_width)
    runs = [draw(rng, 4, word_width) for _ in range(10)]
    cycles, beats = run(simulate, 64, word_width, runs, never)
    assert cycles[-1] == beats


@pytest.mark.parametrize(("word_width", "beats"), [(48, 2), (64, 1), (64, 2)])
def test_clear_forgets_what_is_held(word_width, beats, simulate):
    unpacker = BeatUnpacker(data_width=32, word_width=word_width)

    async def bench(ctx):
        await feed(ctx, unpacker.i, [{"data": 0xFFFF_FFFF, "last": 0, "end": 3}] * beats)
        ctx.set(unpacker.clear, 1)
        await ctx.tick()
        ctx.set(unpacker.clear, 0)
        assert not ctx.get(unpacker.o.valid)
        await feed(
            ctx, unpacker.i, beats_of([0x1234_5678_9ABC], word_width, 4, np.random.default_rng(0))
        )
        (word,) = await take(ctx, unpacker.o, 1)
        assert (word.data, word.last) == (0x1234_5678_9ABC, 1)

    simulate(unpacker, bench, clock=CLOCK)


def test_words_narrower_than_a_byte_are_refused():
    with pytest.raises(
        SpecError, match=r"^BeatUnpacker word_width must be an integer from 8 to 4096, not 7$"
    ):
        BeatUnpacker(data_width=64, word_width=7)


@pytest.mark.parametrize("data_width", [256, 512])
@pytest.mark.parametrize("rest", [0, 8])
def test_wide_beats_and_words_shift_no_further_than_they_are_wide(data_width, rest):
    text = to_verilog(BeatUnpacker(data_width=data_width, word_width=2 * data_width - rest), "dut")
    widths = [int(x) for x in re.findall(r"\[(\d+):0\]", text)]
    assert max(widths) < 4 * data_width
