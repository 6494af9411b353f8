"""Area and energy per cycle of an accelerator's datapath, from its netlist, split by purpose."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from hwgen.arith.catalogue import find
from hwgen.cost.array.elements import Element, elements_of
from hwgen.cost.array.modules import group_of
from hwgen.cost.array.result import ArrayCost, LayerEnergy, PartCost
from hwgen.cost.array.samples import ArraySamples
from hwgen.cost.clock import clock_pin_pj
from hwgen.cost.hierarchy import Hierarchy, map_design
from hwgen.cost.technology import Technology
from hwgen.cost.timing import analyze
from hwgen.network.stream import LayerStream
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["TOPS", "array_cost"]

LANES = 2048  # samples per layer and element
COLUMN_LANES = 512  # of those beside the array
_TIMES = {"drive": "cycle_pj", "load": "block_pj", "final": "final_pj"}
TOPS = ("systolic_array", "tiles", "weight_loader", "vector_unit")


def array_cost(
    spec: AcceleratorSpec,
    verilog: str,
    technology: Technology,
    streams: Mapping[str, LayerStream],
    tops: Sequence[str] = TOPS,
) -> ArrayCost:
    """Map the datapath module by module, and drive its elements with a network's operands.

    Every distinct module is synthesized once and counted by its instances. Elements are
    simulated on their netlists, glitches included, many independent samples of the accelerator's
    own schedule at once. There is no clock tree, and no wire longer than that to a neighbour.

    Parameters
    ----------
    spec : AcceleratorSpec
    verilog : str
        The whole accelerator, as emitted.
    technology : Technology
    streams : mapping of str to LayerStream
        Operands of every layer; may be empty.
    tops : sequence of str
        Modules to look at, with all that is inside: those of them that the accelerator has.
    """
    tops = [x for x in tops if re.search(rf"^module {x}\(", verilog, re.M)]
    designs = [map_design(verilog, top, technology) for top in tops]
    elements = [x for design in designs for x in elements_of(design, spec)]
    parts: dict[str, PartCost] = defaultdict(PartCost)
    for element in elements:
        for part, cost in element.parts(element.count).items():
            parts[part] += cost
    flat = {x for design in designs for e in elements for x in _inside(design, e.module)}
    for design in designs:
        for name, count in design.instances.items():
            if name not in flat:
                parts[group_of(name)] += _own(design, name, count)
    pes = [x for x in elements if x.multiplier]
    layers = {name: _layer(elements, stream, spec) for name, stream in streams.items()}
    driven = {part for x in layers.values() for part in x.parts_pj}
    return ArrayCost(
        technology=technology.name,
        parts=dict(parts),
        element=pes[0].parts(1) if pes else {},
        element_delay_ns=analyze(pes[0].parted.netlist, technology).delay_ns if pes else 0.0,
        layers=layers,
        unmeasured=tuple(sorted(x for x in parts if parts[x].area_um2 and x not in driven)),
    )


def _inside(design: Hierarchy, name: str) -> set[str]:
    """A module and all modules inside."""
    if name not in design.mapped:
        return set()
    found = {name}
    for kind in design.mapped[name].cells:
        found |= _inside(design, kind)
    return found


def _own(design: Hierarchy, name: str, count: int) -> PartCost:
    """A module's own cells, in all its instances."""
    flip_flops = design.technology.flip_flops
    own = {kind: count * n for kind, n in design.own(name).items() if kind in flip_flops}
    clock_pj = (n * clock_pin_pj(flip_flops[kind], design.technology) for kind, n in own.items())
    return PartCost(
        area_um2=count * design.area_um2(name),
        registers=sum(own.values()),
        clock_pj=sum(clock_pj),
        memory_bits=count * design.memory_bits(name),
    )


def _layer(elements: Sequence[Element], stream: LayerStream, spec: AcceleratorSpec) -> LayerEnergy:
    """Switching energy of a layer in all elements that take part in it."""
    found: dict[str, dict[str, float]] = {x: defaultdict(float) for x in _TIMES}
    whole = ArraySamples(stream, spec, LANES)
    few = ArraySamples(stream, spec, COLUMN_LANES)
    times = {
        "drive": 1,
        "load": 1 if whole.is_diagonal else spec.rows,
        "final": spec.cols // spec.requantizers,
    }
    used = {find(name) for name, _ in stream.choices}
    for element in elements:
        samples = whole if element.multiplier else few
        if element.multiplier and spec.form == "tiles" and element.multiplier not in used:
            continue  # an idle tile
        if element.multiplier and spec.form == "columns":
            own = [c for c in range(spec.cols) if find(spec.multiplier_of(c)) == element.multiplier]
            samples = ArraySamples(stream, spec, LANES, own)
        for when, drive in element.drives.items():
            for part, energy in element.parted.energies_pj(drive(samples)).items():
                found[when][part] += element.count * times[when] * energy
    return LayerEnergy(
        cycles=whole.cycles,
        blocks=whole.blocks,
        finals=whole.cycles // whole.passes,
        weight_bits=whole.blocks * times["load"] * spec.cols * spec.weight_bits,
        **{_TIMES[when]: dict(parts) for when, parts in found.items()},
    )
