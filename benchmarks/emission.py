"""How long does Verilog take to write, and how large is it?

Usage: python benchmarks/emission.py [SIZE...]

Prints, per accelerator and per array alone, wall-clock and processor seconds (Yosys included), peak
memory of hwgen and of Yosys, modules and lines. Each is emitted in a process of its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

from hwgen.accelerator import Accelerator
from hwgen.arith.catalogue import find
from hwgen.array.grid import SystolicArray
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.verilog import to_verilog

MEBI = 1024  # KiB


def accelerator(size):
    return Accelerator(
        AcceleratorSpec(
            rows=size,
            cols=size,
            requantizers=size,
            accumulator_depth=1024,
            activation_bytes=1 << 18,
            weight_fifo_words=128,
        )
    )


def array(size):
    options = {"sum_column": False, "diagonal": True, "column_enable": False}
    return SystolicArray(find("exact"), rows=size, cols=size, **options)


KINDS = {"accelerator": accelerator, "array": array}


def emit(kind, size):
    """Emit one component here; print what it took."""
    start = time.perf_counter()
    text = to_verilog(KINDS[kind](size), kind)
    seconds = time.perf_counter() - start
    usages = [resource.getrusage(x) for x in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    found = {
        "wall_s": seconds,
        "processor_s": sum(x.ru_utime + x.ru_stime for x in usages),
        "hwgen_mib": usages[0].ru_maxrss / MEBI,
        "yosys_mib": usages[1].ru_maxrss / MEBI,
        "modules": text.count("\nendmodule"),
        "lines": text.count("\n"),
    }
    print(json.dumps(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("size", nargs="*", type=int, default=[4, 16, 64])
    parser.add_argument("--one", choices=KINDS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        emit(arguments.one, *arguments.size)
        return
    heads = ("wall s", "proc. s", "hwgen MiB", "Yosys MiB", "modules", "lines")
    print(f"{'':16}", *(f"{head:>10}" for head in heads))
    for kind in KINDS:
        for size in arguments.size:
            command = [sys.executable, __file__, str(size), "--one", kind]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            numbers = json.loads(done.stdout).values()
            print(f"{f'{kind} {size}x{size}':16}", *(f"{x:10.5g}" for x in numbers))


if __name__ == "__main__":
    main()
