"""What does it save that columns share MAC+ and requantizers, and how many cycles does it cost?

Usage: python benchmarks/sharing.py NETWORK [LIBERTY...] [--size 16] [--requantizers 16 8 4]

Prints cycles of one image on a square accelerator of exact Booth multipliers and the share of them
in which multipliers are busy in the layers that multiply, then for the generic technology and each
Liberty file the datapath's area, and the share in it of MAC+ and of the requantizers: plain, with a
sum of activations, and with that of a control variate, too. Accumulators are memories, which have
no area here.
"""

import argparse

from hwgen.accelerator import Accelerator
from hwgen.compiler.compile import compile_network
from hwgen.compiler.report import layer_cycles, utilization
from hwgen.cost.array.cost import array_cost
from hwgen.cost.technology import Technology
from hwgen.network.load import load
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import LayerMapping, Mapping
from hwgen.verilog import to_verilog

OPTIONS = {
    "plain": {},
    "sum of activations": {"activation_sum": True},
    "and of x": {"activation_sum": True, "variate_bits": 3},
}
PARTS = ("MAC+", "requantizers")


def spec_of(size, requantizers, options):
    """A square accelerator that holds what small networks need."""
    return AcceleratorSpec(
        rows=size,
        cols=size,
        requantizers=requantizers,
        accumulator_depth=1024,
        activation_bytes=1 << 16,
        weight_fifo_words=128,
        multipliers=("exact_booth",),
        **options,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("network")
    parser.add_argument("liberty", nargs="*")
    parser.add_argument("--size", type=int, default=16)
    parser.add_argument("--requantizers", nargs="+", type=int, default=[16, 8, 4])
    arguments = parser.parse_args()
    network = load(arguments.network)
    booth = LayerMapping(multiplier="exact_booth")
    mapping = Mapping(layers={layer.name: booth for layer in network.convolutions})
    for requantizers in arguments.requantizers:
        spec = spec_of(arguments.size, requantizers, {})
        layers = layer_cycles(compile_network(network, mapping, spec), network)
        cycles = sum(layer.total for layer in layers)
        busy = utilization([layer for layer in layers if layer.operations])
        print(f"{requantizers} requantizers: {cycles} cycles, {busy:.1%} busy", flush=True)
        for path in (None, *arguments.liberty):
            technology = Technology.load(path)
            for title, options in OPTIONS.items():
                chosen = spec_of(arguments.size, requantizers, options)
                verilog = to_verilog(Accelerator(chosen), "accelerator")
                cost = array_cost(chosen, verilog, technology, {})
                shares = (
                    f"{part} {cost.parts[part].area_um2 / cost.area_um2:.1%}" for part in PARTS
                )
                print(f"  {technology.name}, {title}: {cost.area_um2:.0f},", *shares, flush=True)


if __name__ == "__main__":
    main()
