"""Failing random cases become small ones that still fail."""

import re
import shutil
from dataclasses import replace

import pytest

from hwgen.network.graph import Pool
from tests.accelerator.again import judged
from tests.accelerator.plans import FEW
from tests.accelerator.random_case import make_case
from tests.accelerator.shrink import report, shrink
from tests.accelerator.verdict import on_model

LARGEST_OF = r"(combined = .* > .*) \? old : data;"


def pools_maxima(layer):
    return isinstance(layer, Pool) and layer.kind == "max" and max(layer.kernel) > 1


@pytest.fixture
def case():
    """Several layers, of which the largest code of a window is one, and stalls."""
    found = (make_case(plan) for plan in FEW if plan.pattern == "both")
    return next(x for x in found if any(map(pools_maxima, x.network.layers[:-1])))


def test_what_does_not_matter_goes(case):
    tries = []

    def fails(case):
        tries.append(case)
        assert on_model(case) is None  # every candidate is a case in its own right
        return any(map(pools_maxima, case.network.layers)) and case.spec.accumulator_depth < 64

    case = replace(case, spec=replace(case.spec, accumulator_depth=5))
    small = shrink(case, fails, most=100)
    (layer,) = small.network.layers
    assert pools_maxima(layer)
    assert small.image.shape[0] * small.image.shape[1] < case.image.shape[0] * case.image.shape[1]
    assert small.spec.accumulator_depth == 5
    assert small.spec.multipliers == ("exact",)
    assert small.spec.rows == small.spec.cols == 2
    assert small.stalls == (0.0, 0.0)
    assert not small.mapping.layers
    assert len(tries) < 40


def test_a_correction_that_matters_stays(case):
    wanted = next(
        name for name, layer in case.mapping.layers.items() if layer.tuned_weights is not None
    )

    def fails(case):
        layer = case.mapping.layers.get(wanted)
        return layer is not None and layer.tuned_weights is not None

    small = shrink(case, fails, most=100)
    assert [layer.name for layer in small.network.layers] == [wanted]
    mapping = small.mapping.layers[wanted]
    assert mapping.is_uniform
    assert mapping.control_variate is None
    assert not mapping.bias_update
    assert f"layer {wanted}" in report(small, "why")
    assert f"python -m tests.accelerator.again {case.seed}" in report(small, "why")


@pytest.mark.tool
@pytest.mark.regress
@pytest.mark.skipif(not shutil.which("iverilog"), reason="needs iverilog")
def test_broken_verilog_shrinks_to_the_layer_that_needs_it(case, tmp_path):
    def smallest(text):
        changed, count = re.subn(LARGEST_OF, r"\1 ? data : old;", text)
        assert count >= 1
        return changed

    found = judged(case, tmp_path, most=12, change=smallest)
    assert found.startswith(f"seed {case.seed}: ")
    (layer,) = re.findall(r"^layer .*$", found, re.M)
    assert "kind max" in layer
    assert "codes differ" in found
