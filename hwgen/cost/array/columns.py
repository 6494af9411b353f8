"""What the ports of the columns beside the array see, cycle after cycle, of a sample.

Filters' parameters are loaded before the first of these cycles: what loading them costs, once per
group of filters, is left out.
"""

from collections.abc import Mapping

import numpy as np
from amaranth.lib import data

from hwgen.control.form import sums_of
from hwgen.control.layout import filter_layout
from hwgen.cost.array.samples import ArraySamples
from hwgen.cost.parts import Cycles, Lanes
from hwgen.memory.token import Update
from hwgen.vector.lane import RESCALE
from hwgen.vector.link import link_layout
from hwgen.vector.mac import correction_layout
from hwgen.vector.requantizer import Requantizer

__all__ = ["deskew_cycles", "lane_cycles", "scaler_cycles"]

_LANE_HISTORY = 3  # cycles until a sum has left the column


def lane_cycles(samples: ArraySamples) -> Cycles:
    """A column's accumulator, while positions stream."""
    one = np.ones_like(samples.row)
    parameters = {name: x[samples.filter(0)] for name, x in samples.stream.parameters.items()}
    layout = filter_layout(samples.spec)
    known = {name: x for name, x in parameters.items() if name in layout.members}
    fixed = {"parameter": packed(layout, known)}
    loads = packed_link(samples, {"valid": one, "load": one, "final": one, "position": 0 * one})
    cycles: list[dict[str, Lanes]] = [{**fixed, "link": loads}, {**fixed, "load_rescale": one}]
    for ago in reversed(range(_LANE_HISTORY)):
        ports = {**fixed, "link": _link(samples, ago), "total": samples.column_sum(ago)}
        ports["accumulator.ram.read_data"] = samples.accumulated(ago + 1)
        own, _ = samples.activation(ago, samples.column % samples.spec.diagonal, stored=True)
        ports["activation"] = own * samples.is_diagonal
        cycles.append(ports)
    return cycles


def scaler_cycles(samples: ArraySamples) -> Cycles:
    """MAC+ and a requantizer, in the last pass of a group of filters."""
    stream, spec, sums = samples.stream, samples.spec, sums_of(samples.spec)
    shared = spec.cols // spec.requantizers
    one = np.ones_like(samples.row)
    mask = (1 << spec.variate_bits) - 1
    zero, low, high = stream.clamp
    fixed = {"double_rounding": one * stream.double_rounding, "zero": one * zero}
    fixed |= {"low": one * low, "high": one * high, "diagonal": one * samples.is_diagonal}
    filters = [(samples.filter(0) + n) % len(stream.w) for n in range(shared)]
    for number, kernel in enumerate(filters):
        own = {name: x[kernel] for name, x in stream.parameters.items()}
        for name, layout in (("rescale", RESCALE), ("correction", correction_layout(sums))):
            fixed[f"{name}__{number}"] = packed(layout, own)
    cycles = []
    for ago in reversed(range(sums.stages + Requantizer.LATENCY + 2)):
        turn = samples.position(0) * shared - ago
        ports = {**fixed, "select": one << turn % shared}
        ports["correcting"] = one << (turn - 1) % shared
        ports["scaling"] = one << (turn - 1 - sums.stages) % shared
        # Shared sums come with the first column's turn to be corrected, and stay.
        at = (turn - 1) // shared % samples.positions
        off_diagonal = 1 - samples.is_diagonal
        ports["activation_sum"] = off_diagonal * samples.activation_sum(at, filters[0])
        ports["variate_sum"] = off_diagonal * samples.activation_sum(at, filters[0], mask)
        for number, kernel in enumerate(filters):
            position = (turn // shared - (number > turn % shared)) % samples.positions
            ports[f"sum__{number}"] = _accumulated(samples, position, kernel)
            own_x = samples.is_diagonal * samples.activation_sum(position, kernel, mask)
            ports[f"own_variate__{number}"] = own_x
        cycles.append(ports)
    return cycles


def _accumulated(samples: ArraySamples, position: Lanes, kernel: Lanes) -> Lanes:
    """What a column has accumulated of a filter: on the diagonal with the activations' part."""
    found = samples.total(position, kernel)
    if not (samples.is_diagonal and samples.spec.activation_sum):
        return found
    factor = samples.stream.parameters["sum_factor"][kernel]
    own: Lanes = found + factor * samples.activation_sum(position, kernel)
    return own


def deskew_cycles(samples: ArraySamples) -> Cycles:
    """What delays codes until those of the last column are there, in the same pass."""
    stream, spec = samples.stream, samples.spec
    shared = spec.cols // spec.requantizers
    first = samples.filter(0) // spec.cols * spec.cols
    cycles = []
    for ago in reversed(range(spec.cols + 1)):
        ports = {}
        for number in range(spec.requantizers):
            turn = samples.position(0) * shared - ago - number * shared
            kernel = first + number * shared + turn % shared
            codes = stream.outputs[turn // shared % samples.positions, kernel % len(stream.w)]
            ports[f"code__{number}"] = np.where(kernel < len(stream.w), codes, 0).astype(np.int64)
        cycles.append(ports)
    return cycles


def _link(samples: ArraySamples, ago: int) -> Lanes:
    number = samples.block(ago) % samples.passes
    position = samples.position(ago)
    first, later = (x.value for x in (Update.SET, Update.ADD))  # type: ignore[attr-defined]
    update: Lanes = np.where(number == 0, first, later)
    return packed_link(
        samples,
        {
            "valid": np.ones_like(number),
            "first": (position == 0).astype(np.int64),
            "update": update,
            "final": (number == samples.passes - 1).astype(np.int64),
            "position": position % samples.spec.accumulator_depth,
        },
    )


def packed_link(samples: ArraySamples, fields: Mapping[str, Lanes]) -> Lanes:
    """A link of the chain of control, whose fields at any depth have names of their own."""
    return packed(link_layout(samples.spec.accumulator_depth), fields)


def packed(layout: data.StructLayout, fields: Mapping[str, Lanes]) -> Lanes:
    """Raw bits of a layout, of any width; fields that are not named are 0."""
    found: Lanes = np.zeros(len(next(iter(fields.values()))), object)
    for name, field in layout:
        shape = field.shape
        if isinstance(shape, data.StructLayout):
            inside = {x: y for x, y in fields.items() if x not in layout.members}
            found |= packed(shape, inside) << field.offset
        elif name in fields:
            mask = (1 << field.width) - 1
            found |= (fields[name].astype(object) & mask) << field.offset
    return found
