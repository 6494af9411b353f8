"""Sampled operands are those of the network: sums of them are golden's accumulators."""

import numpy as np
import pytest

from hwgen.accelerator import Accelerator
from hwgen.control.form import sums_of
from hwgen.cost.activity import lanes_of
from hwgen.cost.array.columns import lane_cycles, scaler_cycles
from hwgen.cost.array.drives import pe_cycles, sum_cycles
from hwgen.cost.array.elements import elements_of
from hwgen.cost.array.samples import ArraySamples
from hwgen.cost.energy import input_words
from hwgen.cost.hierarchy import map_design
from hwgen.cost.sequential import run_cycles, settle
from hwgen.emulation.streams import layer_streams
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import LayerMapping, Mapping
from hwgen.vector.requantizer import Requantizer
from hwgen.verilog import to_verilog
from tests.random_layers import GraphBuilder

LANES = 128
SMALL = {"accumulator_depth": 64, "activation_bytes": 2048, "weight_fifo_words": 16}
SPECS = {
    "plain": AcceleratorSpec(rows=4, cols=3, requantizers=3, **SMALL),
    "pipelined, modes, sums": AcceleratorSpec(
        rows=3,
        cols=4,
        requantizers=2,
        multipliers=("scalable_t5_u8",),
        multiplier_stages=2,
        activation_sum=True,
        **SMALL,
    ),
    "signed, edge": AcceleratorSpec(
        rows=4, cols=4, requantizers=4, form="edge", multipliers=("precision_6x8_s8",), **SMALL
    ),
}


@pytest.fixture(scope="module")
def network():
    builder = GraphBuilder(np.random.default_rng(5), (5, 6, 3), "single")
    for kind in ("dense", "depthwise", "grouped", "dense"):
        getattr(builder, kind)(list(builder.shapes)[-1])
    return builder.network()


@pytest.fixture(scope="module", params=SPECS)
def accelerator(request, network, generic):
    """A spec, its netlists by module, and a layer's samples by name."""
    spec = SPECS[request.param]
    layer = LayerMapping(multiplier=spec.multipliers[0], mode=1 if spec.mode_width else 0)
    mapping = Mapping(layers={x.name: layer for x in network.convolutions})
    image = np.random.default_rng(1).integers(0, 256, network.input_shape).astype(np.uint8)
    streams = layer_streams(network, mapping, image)
    verilog = to_verilog(Accelerator(spec), "accelerator")
    designs = [map_design(verilog, x, generic) for x in ("systolic_array", "vector_unit")]
    netlists = {x.module: x.parted.netlist for y in designs for x in elements_of(y, spec)}
    samples = {name: ArraySamples(x, spec, LANES) for name, x in streams.items()}
    return spec, netlists, samples


def port(netlist, cycles, name, signed=False):
    """Values of an output port in the last cycle."""
    words = [input_words(netlist, dict(ports), slice(0, LANES)) for ports in cycles]
    values = settle(netlist, run_cycles(netlist, words)[-1])
    bits = [lanes_of(values[net])[:LANES].astype(np.int64) for net in netlist.outputs[name]]
    found = sum(bit << place for place, bit in enumerate(bits))
    return found - (bits[-1] << len(bits)) if signed else found


def test_sums_of_samples_are_those_of_whole_filters(accelerator):
    _, _, layers = accelerator
    for samples in layers.values():
        last = samples.block(0) % samples.passes == samples.passes - 1
        parts = samples.accumulated(0) + samples.column_sum(0)
        assert last.any()
        bias = samples.stream.parameters["bias"][samples.filter(0)]
        corrections = samples.stream.parameters["sum_factor"][samples.filter(0)]
        whole = samples.value(samples.position(0), samples.filter(0))
        sums = samples.activation_sum(samples.position(0), samples.filter(0))
        found = parts + bias + corrections * sums
        assert np.array_equal(found[last], whole[last])


def test_elements_compute_the_sums_that_they_are_said_to(accelerator):
    spec, netlists, layers = accelerator
    for samples in layers.values():
        row = samples.row.copy()
        found = port(netlists["pe"], pe_cycles(samples), "total_south", True)
        late = 1 + spec.multiplier_stages
        same = samples.block(late) == samples.block(1)  # one weight in all that is under way
        samples.row[:] = row + 1  # what goes south is what the next row gets
        assert np.array_equal(found[same], samples.above(late)[same])
        if "sum_element" in netlists:
            samples.row[:] = row
            cycles = sum_cycles(samples)
            samples.row[:] = row + 1
            found = port(netlists["sum_element"], cycles, "total_south")
            assert np.array_equal(found, samples.activations_above(1))
        samples.row[:] = row


def test_columns_accumulate_the_sums_of_filters(accelerator):
    spec, netlists, layers = accelerator
    compared = 0
    for samples in layers.values():
        if samples.is_diagonal and spec.activation_sum:
            continue  # a column's own activations are accumulated one by one
        last = samples.block(1) % samples.passes == samples.passes - 1
        found = port(netlists["column_lane"], lane_cycles(samples), "sum", True)
        expected = samples.total(samples.position(1), samples.filter(1))
        compared += np.count_nonzero(last)
        assert np.array_equal(found[last], expected[last])
    assert compared > LANES // 16


def test_what_columns_share_makes_the_codes_of_the_output(accelerator):
    spec, netlists, layers = accelerator
    shared = spec.cols // spec.requantizers
    latency = 1 + sums_of(spec).stages + Requantizer.LATENCY
    for samples in layers.values():
        found = port(netlists["scaler"], scaler_cycles(samples), "code")
        turn = samples.position(0) * shared - latency
        kernel = (samples.filter(0) + turn % shared) % len(samples.stream.w)
        position = turn // shared % samples.positions
        assert np.array_equal(found, samples.stream.outputs[position, kernel])
