"""What do the parts of an array cost, exact and approximate, and what do its hardware forms add?

Usage: python benchmarks/array_cost.py [LIBERTY...] [--size 16] [--network FILE --images FILE.npz]

Prints, for the generic technology and each Liberty file, from the mapped netlist of the whole
array (every distinct module synthesized once, times its instances): area and energy of a
processing element and of the array by part, clock pins included; both schemes of modes; an idle
tile with and without gating; accumulators of flip-flops. Energies are those of one image of a
network (default: the digits one) whose activations are exact, operands in the accelerator's own
order: pJ per cycle in which a position enters. There is no clock tree.
"""

import argparse
from dataclasses import replace

import numpy as np

from hwgen.arith.catalogue import find
from hwgen.array.range_modes import RangeModes
from hwgen.array.tiles import Tiles
from hwgen.control.form import array_of
from hwgen.cost.array.cost import array_cost
from hwgen.cost.array.memory import register_memory
from hwgen.cost.array.samples import ArraySamples
from hwgen.cost.gating import clock_gate
from hwgen.cost.hierarchy import map_design
from hwgen.cost.technology import Technology
from hwgen.emulation.streams import layer_streams
from hwgen.golden import exact_mapping
from hwgen.network import digits
from hwgen.network.load import load
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import LayerMapping, Mapping, RangeRule
from hwgen.verilog import to_verilog

SUMS = {"activation_sum": True}
VARIATE = {"activation_sum": True, "variate_bits": 3}
ARRAYS = {  # title: multiplier, options of the spec
    "exact *": ("exact", {}),
    "exact Booth": ("exact_booth", {}),
    "+ sum column": ("exact_booth", SUMS),
    "+ control variate": ("exact_booth", VARIATE),
    "+ a register inside": ("exact_booth", {"multiplier_stages": 1}),
    "truncated (rank 1)": ("perforated_a2", {}),
    "6 x 8, rounded inside": ("precision_6x8", {}),
    "6 x 8, rounded at the edge": ("precision_6x8", {"form": "edge"}),
    "3 modes, stored": ("lvrm", {}),
    "ROUP (Booth rows)": ("roup_1_4", {}),
    "evolved": ("evolved_m0033", {}),
}
MODES = (RangeRule(codes="-64..-33,33..64", mode=1), RangeRule(codes="-32..32", mode=2))
COLUMNS = {
    "mult": ("multipliers", "multiplier pipeline"),
    "weight": ("weight registers",),
    "mode": ("mode bits",),
    "adder": ("adders",),
    "sum": ("sum registers",),
    "act+ctl": ("activation registers", "element control"),
    "skew": ("skew",),
    "extra": ("edge transform", "sum of activations", "sum of x", "sum columns, delay"),
}


class Study:
    """A network's operands, and accelerators of one size."""

    def __init__(self, size, network, image):
        self.size = size
        self.network = network
        self.image = image

    def spec(self, *names, **options):
        small = {"accumulator_depth": 1024, "activation_bytes": 65536}
        sizes = {"rows": self.size, "cols": self.size, "requantizers": self.size}
        return AcceleratorSpec(
            multipliers=names, weight_fifo_words=128, **small, **sizes, **options
        )

    def streams(self, name, rules=()):
        layer = LayerMapping(multiplier=name, ranges=rules)
        mapping = Mapping(layers={x.name: layer for x in self.network.convolutions})
        return layer_streams(self.network, mapping, self.image, exact_mapping(self.network))

    def cost(self, technology, name, rules=(), **options):
        spec = self.spec(name, **options)
        verilog = to_verilog(array_of(spec), "systolic_array")
        return array_cost(spec, verilog, technology, self.streams(name, rules))


def energies(cost):
    """Mean pJ per cycle of a whole image, by part, and clock pins."""
    cycles = sum(x.cycles for x in cost.layers.values())
    found = {"clock": cost.clock_pj}
    for layer in cost.layers.values():
        for part, energy in layer.parts_pj.items():
            found[part] = found.get(part, 0) + energy / cycles
    return found


def shares(parts):
    whole = sum(parts.values())
    named = {title: sum(parts.get(x, 0) for x in names) for title, names in COLUMNS.items()}
    return "".join(f"{100 * x / whole:8.1f}" for x in named.values())


def arrays(study, technology):
    costs = {}
    for title, (name, options) in ARRAYS.items():
        rules = MODES if name == "lvrm" else ()
        costs[title] = (name, study.cost(technology, name, rules, **options))
    exact = costs["exact Booth"][1]
    head = "".join(f"{x:>8}" for x in COLUMNS)
    print(f"\n{'pe: area':28}{'um2':>8}{'ns':>7}{head}  in %")
    for title, (_, cost) in costs.items():
        areas = {name: x.area_um2 for name, x in cost.element.items()}
        print(f"{title:28}{cost.element_um2:8.0f}{cost.element_delay_ns:7.2f}{shares(areas)}")
    print(f"\n{f'array {study.size} x {study.size}: area':28}{'um2':>9}{'% Booth':>9}{head}  in %")
    for title, (_, cost) in costs.items():
        areas = {name: x.area_um2 for name, x in cost.parts.items()}
        relative = 100 * cost.area_um2 / exact.area_um2
        print(f"{title:28}{cost.area_um2:9.0f}{relative:9.1f}{shares(areas)}")
    print(f"\n{'array: energy per cycle':28}{'pJ':>9}{'% Booth':>9}{head}{'clock':>8}  in %")
    base = sum(energies(exact).values())
    for title, (_, cost) in costs.items():
        found = energies(cost)
        whole = sum(found.values())
        clock = 100 * found["clock"] / whole
        print(f"{title:28}{whole:9.1f}{100 * whole / base:9.1f}{shares(found)}{clock:8.1f}")


def modes(study, technology):
    """Mode bits stored and loaded with each weight, against comparators where weights enter."""
    stored = study.spec("lvrm")
    spec = replace(stored, form="ranges")
    multiplier = find("lvrm")
    circuit = RangeModes(w_kind=multiplier.w_kind, modes=len(multiplier.modes)).create(study.size)
    name = "range_modes_circuit"
    streams = study.streams("lvrm", MODES)
    cost = array_cost(spec, to_verilog(circuit, name), technology, streams, [name])
    energy_pj = sum(sum(x.parts_pj.values()) for x in cost.layers.values())
    bits = [
        sum(x.weight_bits for x in array_cost(y, "", technology, streams).layers.values())
        for y in (stored, spec)
    ]
    queue = spec.weight_fifo_words * spec.cols * stored.mode_width
    flip_flop = min(x.area_um2 for x in technology.flip_flops.values())
    print(f"\nmodes of lvrm, {stored.mode_width} bits; the same registers in every element")
    print(f"stored with each weight: {queue} more bits in the weight queue", end="")
    print(f" ({queue * flip_flop:.0f} um2 if of flip-flops),", end="")
    print(f" {bits[0]} instead of {bits[1]} bits fetched per image")
    print(f"comparators: {cost.area_um2:.0f} um2, {energy_pj / 1000:.2f} nJ per image:", end="")
    each_pj = energy_pj / (bits[0] - bits[1])
    print(f" less where fetching and queueing a bit costs over {each_pj:.3f} pJ")


def tiles(study, technology):
    """An idle tile beside one that works: operand isolation and clock gating."""
    names = ("exact_booth", "precision_6x8")
    spec = study.spec(*names, form="tiles")
    streams = study.streams(names[1])
    gate = clock_gate(technology)
    print(f"\n{'tile of ' + names[1]:28}{'um2':>9}{'pJ per cycle':>14}")
    for gating in ("cell", "enable"):
        sizes = {"rows": study.size, "cols": study.size, "sum_column": False, "diagonal": True}
        both = Tiles([find(x) for x in names], gating=gating, **sizes)
        verilog = to_verilog(both, "tiles")
        cost = array_cost(spec, verilog, technology, streams, ["pe_grid_1"])
        whole = map_design(verilog, "tiles", technology, ("memory", "clock_gate"))
        found = energies(cost)
        working, clock = sum(found.values()), found["clock"]
        print(f"{f'working, {gating}':28}{cost.area_um2:9.0f}{working:14.1f}")
        if gating == "cell":
            print(f"{'idle, nothing done':28}{'':9}{working:14.1f}")
        print(f"{'idle, isolated':28}{whole.area_um2('tiles'):9.0f}{clock:14.1f}")
        if gating == "cell":
            print(
                f"{'  and its clock gated':28}{gate.area_um2:9.0f}{gate.idle_pj:14.3f}  {gate.name}"
            )


def memories(study, technology):
    spec = study.spec("exact_booth")
    stream = list(study.streams("exact_booth").values())[1]
    samples = ArraySamples(stream, spec, 256)
    bits = spec.accumulator_depth * spec.accumulator_width * spec.cols
    print(f"\naccumulators: {bits} bits; of flip-flops, one column:")
    for depth in (16, 64):
        found = register_memory(depth, technology, samples)
        print(f"depth {depth:3}: {found.bits} bits, {found.area_um2:.0f} um2,", end="")
        print(
            f" {found.access_pj:.2f} pJ per read and write, {found.clock_pj:.2f} pJ of clock pins"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("liberty", nargs="*")
    parser.add_argument("--size", type=int, default=16)
    parser.add_argument("--network", default=digits.model_path())
    parser.add_argument("--images", default=digits.data_path())
    arguments = parser.parse_args()
    with np.load(arguments.images) as archive:
        image = archive[next(x for x in archive.files if x.endswith("images"))][0]
    study = Study(arguments.size, load(arguments.network), image)
    for path in (None, *arguments.liberty):
        technology = Technology.load(path)
        print(f"\n{technology.name}")
        arrays(study, technology)
        modes(study, technology)
        tiles(study, technology)
        memories(study, technology)


if __name__ == "__main__":
    main()
