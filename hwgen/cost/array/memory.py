"""What a small memory costs when it is made of flip-flops."""

from dataclasses import dataclass

import numpy as np
from amaranth.back import rtlil

from hwgen.cost.array.samples import ArraySamples
from hwgen.cost.parts import PartedNetlist
from hwgen.cost.synthesis import synthesize
from hwgen.cost.technology import Technology
from hwgen.errors import check_range
from hwgen.memory.ram import Ram

__all__ = ["DEEPEST", "RegisterMemory", "register_memory"]

DEEPEST = 64  # words; deeper memories are macros, of which only a compiler's data sheet tells


@dataclass(frozen=True, kw_only=True)
class RegisterMemory:
    """Accumulators of one column as flip-flops.

    Parameters
    ----------
    bits : int
    area_um2 : float
    clock_pj : float
        Clock pins, every cycle.
    access_pj : float
        A read and a write in one cycle, without clock pins.
    """

    bits: int
    area_um2: float
    clock_pj: float
    access_pj: float


def register_memory(depth: int, technology: Technology, samples: ArraySamples) -> RegisterMemory:
    """Measure a memory of ``depth`` accumulators on its netlist.

    In every cycle, a sum is read and the one of the position before is written, as in a pass
    that adds; sums are those of a layer.

    Parameters
    ----------
    depth : int
        2 to :data:`DEEPEST`.
    technology : Technology
    samples : ArraySamples
    """
    check_range("memory of flip-flops", "depth", depth, 2, DEEPEST)
    width = samples.spec.accumulator_width
    ram = Ram(width=width, depth=depth, transparent=True)
    text = rtlil.convert(ram, name="ram", emit_src=False)
    netlist = synthesize(text, "ram", technology, "rtlil")
    cells = (*netlist.gates, *netlist.flip_flops)
    parted = PartedNetlist(netlist, technology, dict.fromkeys([x.name for x in cells], "memory"))
    one = np.ones_like(samples.row)
    cycles = []
    for ago in reversed(range(depth + 3)):
        ports = {"write_enable": one, "write_address": one * (-ago % depth)}
        ports["write_data"] = samples.accumulated(ago) + samples.column_sum(ago)
        ports["read_address"] = one * ((1 - ago) % depth)
        cycles.append(ports)
    return RegisterMemory(
        bits=width * depth,
        area_um2=netlist.area_um2,
        clock_pj=sum(parted.clocks_pj.values()),
        access_pj=sum(parted.energies_pj(cycles).values()),
    )
