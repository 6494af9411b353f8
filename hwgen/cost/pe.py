"""A multiplier inside a processing element: registers, adder, and glitches that reach it.

The element is that of :mod:`hwgen.array.pe`, in a column of sixteen. Every product of a trace is
a clock edge in its steady state: the activation and the sum from the north change with it, the
weight stays or is swapped. The sum from the north is that of the elements above, of which there
are none to fifteen, equally likely; their operands are other products of the same trace, drawn
independently. Loading weights into the shadow register is not in the energy, nor are clock tree
and array wiring. Ports switch at the clock edge, as registers do.
"""

from collections.abc import Sequence

import numpy as np
from amaranth.back import rtlil
from numpy.typing import NDArray

from hwgen.arith.multiplier import Multiplier
from hwgen.array.pe import ProcessingElement
from hwgen.cost.energy import clock_energy_pj, input_words, source_energies_pj
from hwgen.cost.netlist import Netlist
from hwgen.cost.operands import Codes, port_codes
from hwgen.cost.sequential import run_cycles
from hwgen.network.transitions import Transitions

__all__ = ["PE_ROWS", "edge_cycles", "pe_energies_pj", "pe_rtlil"]

PE_ROWS = 16  # of the column, which decides the width of its sums
CHUNK = 4096  # lanes simulated at once
SEED = 0  # of the elements above


def pe_rtlil(multiplier: Multiplier, name: str) -> str:
    """RTLIL of the element as module ``name``."""
    element = ProcessingElement(multiplier, rows=PE_ROWS)
    text: str = rtlil.convert(element, name=name, emit_src=False)
    return text


def pe_energies_pj(
    multiplier: Multiplier,
    mode: int,
    netlist: Netlist,
    steps: dict[int, int],
    prices_pj: dict[int, float],
    traces: Sequence[Transitions],
) -> NDArray[np.float64]:
    """Energy of an element for every transition of all traces, its clock pins included."""
    cycles = edge_cycles(multiplier, mode, traces)
    energies = [
        _edge_energies(netlist, steps, prices_pj, cycles, slice(start, start + CHUNK))
        for start in range(0, sum(len(x.a) for x in traces), CHUNK)
    ]
    return np.concatenate(energies) + clock_energy_pj(netlist, prices_pj)


def edge_cycles(multiplier: Multiplier, mode: int, traces: Sequence[Transitions]) -> list[Codes]:
    """Ports of an element in the cycles up to the edge that counts, the one before the last.

    The two first cycles bring the weight before, the third the next one. The product before
    the one before is the product itself: registers then toggle as they do in a stream.
    """
    codes = port_codes(multiplier, mode, traces)
    north = _sums_above(multiplier, mode, codes, np.cumsum([len(x.a) for x in traces]))
    width = multiplier.w_kind.width
    stored = [x["w"] | x["mode"] << width for x in codes]
    before, after = (
        {"a": x["a"], "total": sums, "valid": np.ones_like(sums)}
        for x, sums in zip(codes, north, strict=True)
    )
    zero, one = np.zeros_like(stored[0]), np.ones_like(stored[0])
    idle = {"a": zero, "total": zero, "valid": zero}
    swapped = (stored[0] != stored[1]).astype(np.int64)
    return [
        {**idle, "weight": stored[0], "load": one, "swap": zero},
        {**idle, "weight": stored[0], "load": zero, "swap": one},
        {**idle, "weight": stored[1], "load": one, "swap": zero},
        {**after, "weight": stored[1], "load": zero, "swap": zero},
        {**before, "weight": stored[1], "load": zero, "swap": swapped},
        {**after, "weight": stored[1], "load": zero, "swap": zero},
    ]


def _sums_above(
    multiplier: Multiplier, mode: int, codes: tuple[Codes, Codes], ends: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    """Sum from the north before and after: of products that other elements of the layer see."""
    rng = np.random.default_rng(SEED)
    table = multiplier.table(mode)
    products = [table[x["a"], x["w"]].astype(np.int64) for x in codes]
    counts = np.diff(ends, prepend=0)
    low, size = np.repeat(ends - counts, counts), np.repeat(counts, counts)
    others = low + (rng.random((PE_ROWS - 1, len(low))) * size).astype(np.int64)
    is_above = np.arange(PE_ROWS - 1)[:, None] < rng.integers(PE_ROWS, size=len(low))
    return [(x[others] * is_above).sum(axis=0) for x in products]


def _edge_energies(
    netlist: Netlist,
    steps: dict[int, int],
    prices_pj: dict[int, float],
    cycles: Sequence[Codes],
    part: slice,
) -> NDArray[np.float64]:
    words = [input_words(netlist, ports, part) for ports in cycles]
    *_, before, after = run_cycles(netlist, words)
    lanes = len(cycles[0]["weight"][part])
    return source_energies_pj(netlist, steps, prices_pj, before, after)[:lanes]
