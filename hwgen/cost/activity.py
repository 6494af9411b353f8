"""Glitch-aware simulation of a mapped netlist, many transitions at once.

A lane is one transition of the inputs: the circuit has settled on the operands before, then
all inputs switch at time 0. 64 lanes share a machine word. Every gate delays its function by a
whole number of time steps (transport delay: a pulse of one step survives). A net is a waveform:
the times at which any lane may change, and the words from each of them on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.cost.netlist import ONE, ZERO, Netlist

__all__ = ["Words", "changes", "count_ones", "lanes_of", "pack", "toggles"]

Words = NDArray[np.uint64]
_ONES = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_BEFORE = -1  # time of the settled state


@dataclass(frozen=True)
class _Waveform:
    times: NDArray[np.int64]  # ascending, the first is _BEFORE
    words: Words  # [time, word]


def pack(bits: NDArray[np.bool_]) -> Words:
    """One bit per lane, packed into words; missing lanes of the last word are 0."""
    count = -(-bits.size // 64) * 64
    padded = np.zeros(count, np.uint8)
    padded[: bits.size] = bits
    return np.packbits(padded, bitorder="little").view("<u8").astype(np.uint64)


def lanes_of(words: Words) -> NDArray[np.uint8]:
    """The lanes of packed words, 0 or 1 each."""
    return np.unpackbits(words.astype("<u8").view(np.uint8), bitorder="little")


def count_ones(words: Words) -> NDArray[np.uint8]:
    """How many lanes of each word are 1."""
    found: NDArray[np.uint8]
    if hasattr(np, "bitwise_count"):  # NumPy 2
        found = np.bitwise_count(words)
    else:
        found = lanes_of(words.ravel()).reshape(*words.shape, 64).sum(axis=-1, dtype=np.uint8)
    return found


def toggles(
    netlist: Netlist,
    steps: Mapping[int, int],
    before: Mapping[int, Words],
    after: Mapping[int, Words],
) -> Iterator[tuple[int, Words]]:
    """Count the toggles of every net in every lane.

    Parameters
    ----------
    netlist : Netlist
        Its gates are simulated; what flip-flops drive is an input.
    steps : mapping of int to int
        Delay of the gate that drives each net, in time steps, at least 1.
    before, after : mapping of int to uint64[words]
        Values of the input nets.

    Yields
    ------
    (net, planes)
        ``planes`` is ``uint64[bits, words]``: bit ``k`` of each lane's number of toggles.
        Input nets come first. Nets that never toggle have no planes and are left out.
    """
    for net, rows in changes(netlist, steps, before, after):
        yield net, _count(rows)


def changes(
    netlist: Netlist,
    steps: Mapping[int, int],
    before: Mapping[int, Words],
    after: Mapping[int, Words],
) -> Iterator[tuple[int, Words]]:
    """As :func:`toggles`, but ``uint64[times, words]``: lanes that toggle, time after time."""
    waves = _input_waves(before, after)
    readers = {net: len(sinks) for net, sinks in netlist.sinks.items()}
    for net, wave in waves.items():
        if len(wave.times) > 1:
            yield net, wave.words[:1] ^ wave.words[1:]
    for gate in netlist.gates:
        pins = {pin: waves[gate.nets[pin]] for pin in gate.cell.inputs}
        for net in gate.input_nets:
            readers[net] -= 1
            if not readers[net]:
                del waves[net]  # bounds the memory
        for pin, net in gate.driven:
            times, values = _aligned(pins)
            words = gate.cell.functions[pin].evaluate(values, _ONES)
            toggled = words[1:] ^ words[:-1]
            kept = np.flatnonzero(toggled.any(axis=1))
            if net in readers:
                rows = np.concatenate(([0], kept + 1))
                late = times[rows] + steps[net]
                late[0] = _BEFORE
                waves[net] = _Waveform(late, words[rows] if len(rows) < len(words) else words)
            if len(kept):
                yield net, toggled[kept] if len(kept) < len(toggled) else toggled


def _input_waves(before: Mapping[int, Words], after: Mapping[int, Words]) -> dict[int, _Waveform]:
    count = len(next(iter(before.values())))
    settled = np.array([_BEFORE])
    waves = {
        ZERO: _Waveform(settled, np.zeros((1, count), np.uint64)),
        ONE: _Waveform(settled, np.full((1, count), _ONES)),
    }
    for net, words in before.items():
        if np.array_equal(words, after[net]):
            waves[net] = _Waveform(settled, words[None])
        else:
            waves[net] = _Waveform(np.array([_BEFORE, 0]), np.stack((words, after[net])))
    return waves


def _aligned(pins: dict[str, _Waveform]) -> tuple[NDArray[np.int64], dict[str, Words]]:
    """All times at which any pin may change, and each pin's words at those times."""
    times = np.unique(np.concatenate([wave.times for wave in pins.values()]))
    values = {}
    for pin, wave in pins.items():
        if len(wave.times) == len(times):
            values[pin] = wave.words
        else:
            values[pin] = wave.words[np.searchsorted(wave.times, times, side="right") - 1]
    return times, values


def _count(rows: Words) -> Words:
    """Bit planes of the number of rows that have each lane set: a carry-save adder tree."""
    planes = []
    while len(rows):
        carries = [rows[:0]]
        while len(rows) > 2:
            third = len(rows) // 3
            first, second, last = rows[:third], rows[third : 2 * third], rows[2 * third : 3 * third]
            half = first ^ second
            carries.append(first & second | half & last)
            half ^= last
            rows = np.concatenate((half, rows[3 * third :])) if len(rows) % 3 else half
        if len(rows) == 2:
            carries.append(rows[:1] & rows[1:])
            rows = rows[:1] ^ rows[1:]
        planes.append(rows[0])
        rows = np.concatenate(carries)
    return np.array(planes)
