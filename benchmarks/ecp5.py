"""What do arrays and accelerators take of a Lattice ECP5, and how fast are they?

Usage: python benchmarks/ecp5.py [NAME...] [--accelerator] [--modules MODULE...]
                                 [--target-mhz 150] [--seeds 1]

Prints LUTs (carries and distributed RAM included), registers, DSPs, block RAMs and Fmax of one
processing element and of a 4 x 4 array, exact and approximate, with 0, 1 and 2 registers inside
each multiplier; with --accelerator also of whole 4 x 4 accelerators, and with --modules of
modules of the exact one instead, each alone with what is inside. NAME chooses rows that contain it.
Synthesized with Yosys, placed and routed with nextpnr on an LFE5U-85F of speed grade 6, out of
context: ports are no pins, and paths to and from them do not count. An exact multiplier takes a
DSP (`*`); with -nodsp, and for every other circuit, products are soft logic. Needs the extra fpga.
"""

import argparse
import time

from hwgen.accelerator import Accelerator
from hwgen.arith.catalogue import find
from hwgen.array.grid import SystolicArray
from hwgen.array.pe import ProcessingElement
from hwgen.flow.ecp5 import place_and_route, synthesize
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.verilog import to_verilog

SIZE = 4
# Title, catalogue name, whether the multiplier is a DSP.
MULTIPLIERS = (
    ("exact, DSP", "exact", True),
    ("exact, soft", "exact", False),
    ("exact Booth, soft", "exact_booth", False),
    ("truncated, soft", "truncated_8_c", False),
    ("3 modes, soft", "lvrm", False),
)


def element(name, stages):
    return ProcessingElement(find(name), rows=SIZE, stages=stages)


def array(name, stages):
    return SystolicArray(find(name), rows=SIZE, cols=SIZE, sum_column=False, stages=stages)


def accelerator(name, stages):
    spec = AcceleratorSpec(
        rows=SIZE,
        cols=SIZE,
        multipliers=(name,),
        multiplier_stages=stages,
        accumulator_depth=256,
        activation_bytes=1 << 14,
        weight_fifo_words=32,
        requantizers=1,
    )
    return Accelerator(spec)


def designs(with_accelerators):
    kinds = {"pe": element, f"array {SIZE}x{SIZE}": array}
    for kind, make in kinds.items():
        for title, name, has_dsp in MULTIPLIERS:
            for stages in (0, 1, 2):
                yield f"{kind}, {title}, {stages} stages", make, name, stages, has_dsp
    if with_accelerators:
        for title, name, has_dsp in MULTIPLIERS[:1] + MULTIPLIERS[3:4]:
            yield f"accelerator {SIZE}x{SIZE}, {title}, 2 stages", accelerator, name, 2, has_dsp


def rows(arguments):
    """Title, Verilog, its top, and whether products take DSPs."""
    if arguments.modules:
        whole = to_verilog(accelerator("exact", 2), "accelerator")
        yield from ((module, whole, module, True) for module in arguments.modules)
        return
    for title, make, name, stages, has_dsp in designs(arguments.accelerator):
        if not arguments.name or any(word in title for word in arguments.name):
            yield title, to_verilog(make(name, stages), "dut"), "dut", has_dsp


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", nargs="*")
    parser.add_argument("--accelerator", action="store_true")
    parser.add_argument("--modules", nargs="+", default=[], metavar="MODULE")
    parser.add_argument("--target-mhz", type=float, default=150)
    parser.add_argument("--seeds", type=int, default=1, help="placements, of which the best counts")
    arguments = parser.parse_args()
    heads = ("LUTs", "FFs", "DSPs", "BRAMs", "MHz", "s")
    print(f"{'':42}", *(f"{head:>6}" for head in heads), "critical path")
    for title, verilog, top, has_dsp in rows(arguments):
        start = time.perf_counter()
        mapped = synthesize(verilog, top, dsps=has_dsp)
        routed = max(
            (
                place_and_route(mapped, target_mhz=arguments.target_mhz, seed=seed + 1)
                for seed in range(arguments.seeds)
            ),
            key=lambda found: found.fmax_mhz,
        )
        cells = (routed.luts, routed.registers, routed.dsps, routed.block_rams)
        numbers = (*cells, routed.fmax_mhz, time.perf_counter() - start)
        print(f"{title:42}", *(f"{x:6.0f}" for x in numbers), routed.critical_path, flush=True)


if __name__ == "__main__":
    main()
