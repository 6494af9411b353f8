"""What energy does one image take on the array, and where does it go?

Usage: python benchmarks/image_energy.py NETWORK IMAGES.npz [LIBERTY...] [--size 16]
       [--multiplier NAME...]

Prints, for the generic technology and each Liberty file, the energy of one image by part of the
datapath (array, weight loader, vector unit), from netlists driven with the network's operands, and
clock pins in all cycles of the accelerator's cycle model. Activations are exact for every
multiplier.
Pooling, additions and moves count with their clock cycles alone; bits at the memories' ports are
counted, but not priced: there is no figure of a memory macro here.
"""

import argparse

import numpy as np

from hwgen.accelerator import Accelerator
from hwgen.compiler.compile import compile_network
from hwgen.compiler.cycles import program_cycles
from hwgen.cost.array.cost import array_cost
from hwgen.cost.array.image import image_energy
from hwgen.cost.technology import Technology
from hwgen.emulation.streams import layer_streams
from hwgen.golden import exact_mapping
from hwgen.network.load import load
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import LayerMapping, Mapping
from hwgen.verilog import to_verilog


def energy(network, image, technology, spec):
    """Energy of one image on an accelerator, and the cycles of its convolutions."""
    layer = LayerMapping(multiplier=spec.multipliers[0])
    mapping = Mapping(layers={x.name: layer for x in network.convolutions})
    streams = layer_streams(network, mapping, image, exact_mapping(network))
    cycles = program_cycles(compile_network(network, mapping, spec))
    cost = array_cost(spec, to_verilog(Accelerator(spec), "accelerator"), technology, streams)
    streaming = sum(x.streaming for x in cycles)
    return image_energy(cost, spec, sum(x.total for x in cycles)), streaming


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("network")
    parser.add_argument("images")
    parser.add_argument("liberty", nargs="*")
    parser.add_argument("--size", type=int, default=16)
    parser.add_argument("--multiplier", nargs="+", default=["exact_booth"])
    arguments = parser.parse_args()
    network = load(arguments.network)
    with np.load(arguments.images) as archive:
        image = archive[next(x for x in archive.files if x.endswith("images"))][0]
    for path in (None, *arguments.liberty):
        technology = Technology.load(path)
        for name in arguments.multiplier:
            spec = AcceleratorSpec(
                rows=arguments.size,
                cols=arguments.size,
                multipliers=(name,),
                accumulator_depth=1024,
                activation_bytes=65536,
                weight_fifo_words=128,
                requantizers=arguments.size,
            )
            found, streaming = energy(network, image, technology, spec)
            show(technology.name, name, found, streaming)


def show(technology, name, found, streaming):
    """Print a table of its parts."""
    print(f"\n{technology}, {name}: {found.datapath_nj / 1000:.2f} uJ per image,", end="")
    print(f" {found.cycles} cycles, of them {streaming} with a position of a convolution")
    print(f"{'':28}{'switching':>10}{'clock':>8}  in % of {found.datapath_nj:.0f} nJ")
    for part in sorted({*found.switching_nj, *found.clock_nj}):
        pair = (x.get(part, 0.0) for x in (found.switching_nj, found.clock_nj))
        switching, clock = (100 * x / found.datapath_nj for x in pair)
        if switching + clock >= 0.05:
            print(f"{part:28}{switching:10.1f}{clock:8.1f}")
    traffic = found.traffic
    print(f"bits at memories: accumulators {traffic.accumulators}, ", end="")
    print(f"activations {traffic.activations}, weights {traffic.weights}")


if __name__ == "__main__":
    main()
