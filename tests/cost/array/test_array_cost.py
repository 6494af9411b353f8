"""The split of a whole array loses nothing, whichever form it has."""

from dataclasses import replace

import numpy as np
import pytest

from hwgen.control.form import array_of
from hwgen.cost.array.cost import array_cost
from hwgen.cost.array.image import image_energy
from hwgen.cost.hierarchy import map_design
from hwgen.network.stream import LayerStream
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.verilog import to_verilog

SPEC = AcceleratorSpec(
    rows=3,
    cols=2,
    requantizers=2,
    activation_sum=True,
    accumulator_depth=64,
    activation_bytes=2048,
    weight_fifo_words=16,
)
FORMS = {
    "edge": {"form": "edge", "multipliers": ("precision_5x8",)},
    "columns": {"form": "columns", "multipliers": ("exact", "truncated_6")},
    "tiles": {"form": "tiles", "multipliers": ("truncated_6", "exact")},
}


def stream(name, positions=20, taps=7, filters=3, still=False):
    """Random operands of a layer on one multiplier."""
    rng = np.random.default_rng(0)
    a = rng.integers(0, 256, (1 if still else positions, taps)).astype(np.uint8)
    weights = rng.integers(0, 256, (filters, taps)).astype(np.uint8)
    zeros = dict.fromkeys(("bias", "sum_factor", "multiplier", "left", "right"), np.zeros(filters))
    return LayerStream(
        a=np.repeat(a, positions, axis=0) if still else a,
        w=weights,
        choices=((name, 0),),
        choice=np.zeros_like(weights),
        groups=1,
        parameters=zeros,
        double_rounding=False,
        clamp=(0, 0, 255),
        outputs=np.zeros((positions, filters), np.uint8),
    )


@pytest.fixture(scope="module", params=FORMS)
def form(request):
    spec = replace(SPEC, **FORMS[request.param])
    return spec, to_verilog(array_of(spec), "tiles" if spec.form == "tiles" else "systolic_array")


def test_parts_are_the_whole_array(form, generic):
    spec, verilog = form
    cost = array_cost(spec, verilog, generic, {"layer": stream(spec.multipliers[0])})
    design = map_design(verilog, "tiles" if spec.form == "tiles" else "systolic_array", generic)
    area = sum(count * design.area_um2(name) for name, count in design.instances.items())
    assert cost.area_um2 == pytest.approx(area, rel=1e-3)
    assert cost.parts["multipliers"].area_um2 > 0.2 * area
    layer = cost.layers["layer"]
    groups = 3 if spec.form == "columns" else 2  # all three filters on the one column that fits
    assert (layer.cycles, layer.blocks, layer.finals) == (20 * 3 * groups, 3 * groups, 20 * groups)
    assert layer.cycle_pj["multipliers"] > 0
    assert layer.block_pj["weight registers"] > 0
    again = array_cost(spec, verilog, generic, {"layer": stream(spec.multipliers[0])})
    assert again.document() == cost.document()


def test_activations_that_stay_switch_next_to_nothing(generic):
    verilog = to_verilog(array_of(SPEC), "systolic_array")
    streams = {"busy": stream("exact", 200), "still": stream("exact", 200, still=True)}
    cost = array_cost(SPEC, verilog, generic, streams)
    busy, still = (sum(cost.layers[name].cycle_pj.values()) for name in streams)
    assert still < 0.05 * busy


def test_an_image_is_the_sum_of_its_layers_and_all_clock_cycles(generic):
    verilog = to_verilog(array_of(SPEC), "systolic_array")
    cost = array_cost(SPEC, verilog, generic, {"a": stream("exact"), "b": stream("exact", 9)})
    found = image_energy(cost, SPEC, cycles=1000, memory_pj_per_bit=0.5)
    switching = sum(sum(x.parts_pj.values()) for x in cost.layers.values())
    assert found.datapath_nj == pytest.approx((switching + 1000 * cost.clock_pj) / 1000)
    blocks, positions = 3 * 2, 20 + 9
    assert found.traffic.weights == 2 * blocks * 3 * 2 * 8
    assert found.traffic.accumulators == 2 * positions * (blocks - 2) * 2 * 32
    assert found.traffic.activations == 8 * positions * (blocks * 3 + 2 * 2)
    assert found.memory_nj == pytest.approx(found.traffic.total * 0.5 / 1000)
