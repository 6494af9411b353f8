"""A short run of benchmarks/fuzz_import.py: every outcome is one that may be."""

from collections import Counter

import numpy as np
import pytest
import tflite

from benchmarks.fuzz import judge as judging
from benchmarks.fuzz.judge import OUTCOMES, judge
from benchmarks.fuzz.mutate import mutant
from benchmarks.fuzz.run import verdicts
from hwgen import golden
from hwgen.network import digits
from tests.network.onnx import qoperator, quant
from tests.network.onnx.qdq import small_model
from tests.network.tflite.builder import Builder

COUNT = 400


def qdq_model(folder):
    return small_model().save(folder / "qdq.onnx", "relu.real")


def qoperator_model(folder):
    builder = qoperator.Builder((3, 6, 6), 0.03, 20)
    weights = builder.weights((3, 3, 3, 3), [0.004, 0.005, 0.006], [0, 0, 0])
    builder.convolution("codes", "conv", weights, 0.03, 100, builder.bias(3), pads=[1, 1, 1, 1])
    inputs = [*builder.operand("conv"), *builder.operand("codes")]
    builder.microsoft("QLinearAdd", inputs, "sum", 0.047, 110)
    builder.moved("Flatten", "sum", "flat")
    inputs = [*builder.operand("flat"), *builder.weights((4, 108), 0.02), builder.bias(4)]
    builder.microsoft("QGemm", inputs, "gemm", 0.9, 100, transB=1)
    return builder.save(folder / "qoperator.onnx", "gemm")


def narrow_model(folder, form):
    builder = quant.Builder((3, 5, 5), form)
    source = builder.quant("image", 0.031, 8, zero=100)
    weights = builder.weights("w", (4, 3, 3, 3), 0.017, 4)
    builder.node("Conv", [source, weights], "conv")
    builder.quant("conv", 0.0437, 5, signed=1)
    return builder.save(folder / f"{form}.onnx", "conv.quant")


def tflite_model(folder):
    model = Builder(1, 6, 6, 3)
    output = model.tensor("pooled", (1, 3, 3, 3), 0.05, -3)
    options = {"Padding": tflite.Padding.SAME, "StrideH": 2, "StrideW": 2}
    options |= {"FilterHeight": 2, "FilterWidth": 2}
    model.operator("MAX_POOL_2D", [0], output, "Pool2DOptions", **options)
    return model.save(folder / "small.tflite")


MODELS = {
    "digits": lambda folder: digits.model_path(),
    "qdq": qdq_model,
    "qoperator": qoperator_model,
    "quant": lambda folder: narrow_model(folder, "quant"),
    "qcdq": lambda folder: narrow_model(folder, "qcdq"),
    "tflite": tflite_model,
}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_mutants_are_refused_in_a_line_or_compute_what_the_reference_does(make, tmp_path):
    found = list(verdicts([make(tmp_path)], COUNT, seed=0))
    assert [x.index for x in found] == list(range(COUNT))
    assert [x for x in found if not OUTCOMES[x.outcome]] == []
    counts = Counter(x.outcome for x in found)
    assert counts["clean error"] > COUNT // 4
    assert counts["equal to the reference"] > COUNT // 20


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_models_as_they_are_equal_the_reference(make, tmp_path):
    assert judge(make(tmp_path), lambda stage: None) == ("equal to the reference", "")


def test_a_wrong_number_is_noticed(tmp_path, monkeypatch):
    step = golden.step

    def wrong(network, layer, tensors, mapping):
        codes = step(network, layer, tensors, mapping).copy()
        codes[0, 0, 0, 0] ^= 2
        return codes

    def run(network, images, mapping):
        tensors = {network.input_name: images}
        return tensors | {x.name: wrong(network, x, tensors, mapping) for x in network.layers}

    monkeypatch.setattr(judging.golden, "step", wrong)
    monkeypatch.setattr(judging.golden, "run", run)
    outcome, detail = judge(qdq_model(tmp_path), lambda stage: None)
    assert outcome == "different from the reference"
    assert detail == f"conv: {1 / 144:.2g} differ, by up to 2"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [(ZeroDivisionError("oh"), "ZeroDivisionError: oh"), (judging.HwgenError("a\nb"), "no line: ")],
)
def test_other_errors_than_a_line_are_noticed(wrong, expected, tmp_path, monkeypatch):
    def fail(path):
        raise wrong

    monkeypatch.setattr(judging, "_importer", lambda path: (fail, None))
    outcome, detail = judge(tmp_path / "m.onnx", lambda stage: None)
    assert outcome == "traceback"
    assert detail.startswith(expected)


def test_a_mutant_can_be_made_again():
    models = {"digits.onnx": digits.model_path().read_bytes()}
    mutants = [mutant(models, index, 7)[1] for index in range(40)]
    assert mutants == [mutant(models, index, 7)[1] for index in range(40)]
    assert len(set(mutants)) > 35
    np.testing.assert_array_less([len(x) for x in mutants], 2 * len(models["digits.onnx"]))
