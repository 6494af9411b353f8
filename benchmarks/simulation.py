"""How long does the proof of a network's Verilog take?

Usage: python benchmarks/simulation.py MODEL DATA PREPROCESS [--arch 16x16] [--simulator verilator]

Emits the accelerator, compiles it and compares one image with golden, tensor by tensor; then does
the same with four. Prints the seconds of each, of the wall and of all processors, and from their
difference the cycles that are simulated in a second of one processor.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from hwgen import api, golden
from hwgen.accelerator import Accelerator
from hwgen.compiler.compile import compile_network
from hwgen.flow.simulator import SIMULATORS
from hwgen.simulation import compare
from hwgen.spec.accelerator_file import load_spec
from hwgen.verilog import to_verilog

MORE = 4


def proof(network, spec, images, simulator):
    """Seconds of the wall and of all processors, and cycles per image."""
    mapping = golden.exact_mapping(network)
    wall, processors = time.perf_counter(), sum(os.times()[:4])
    with tempfile.TemporaryDirectory() as folder:
        verilog = Path(folder) / "accelerator.v"
        verilog.write_text(to_verilog(Accelerator(spec), "accelerator"), encoding="utf-8")
        program = compile_network(network, mapping, spec)
        seen = compare(verilog, program, golden.run(network, images, mapping), simulator)
    assert seen.mismatch is None, seen.mismatch
    spent = sum(os.times()[:4]) - processors
    return time.perf_counter() - wall, spent, max(seen.cycles_per_image)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model")
    parser.add_argument("data")
    parser.add_argument("preprocess", help="as hwgen evaluate takes it")
    parser.add_argument("--arch", default="16x16")
    parser.add_argument("--simulator", default="verilator", choices=SIMULATORS)
    arguments = parser.parse_args()
    network, spec = api.load(arguments.model), load_spec(arguments.arch)
    data = api.load_images(
        arguments.data, network, model=arguments.model, preprocess=arguments.preprocess
    )
    spent = {}
    for count in (1, MORE):
        images = data.images[:count]
        wall, spent[count], cycles = proof(network, spec, images, arguments.simulator)
        print(f"{count} images: {wall:.1f} s, {spent[count]:.1f} s of all processors")
    rate = cycles * (MORE - 1) / (spent[MORE] - spent[1])
    print(f"{cycles} cycles per image, {rate:.0f} cycles per second of one processor")


if __name__ == "__main__":
    main()
