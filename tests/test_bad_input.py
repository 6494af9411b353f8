"""Every mistake of a user is one line that names subject, rule and value, and costs nothing."""

import re
import shutil
from importlib import resources
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from hwgen.mapping.strategies import STRATEGIES
from hwgen.network import digits
from hwgen.spec.accelerator_file import presets

PRESETS = Path(str(resources.files("hwgen.spec") / "presets"))
MODEL, DATA = str(digits.model_path()), str(digits.data_path())


@pytest.fixture
def explore(refused, study, tmp_path):
    """An ``hwgen explore`` that must fail although an earlier study is in its place."""

    def run(model=MODEL, data=DATA, *options):
        shutil.copy(study, tmp_path / "study")
        return refused("explore", model, "--data", data, *options, "-o", "study")

    return run


def float_model(path, operator="Relu"):
    """A model of one float operator."""
    ends = [helper.make_tensor_value_info(x, TensorProto.FLOAT, [1, 1, 8, 8]) for x in "xy"]
    node = helper.make_node(operator, ["x"], ["y"], name="node")
    onnx.save(helper.make_model(helper.make_graph([node], "graph", [ends[0]], [ends[1]])), path)
    return path


def test_a_study_in_the_place_of_another_file(refused, tmp_path):
    shutil.copy(MODEL, tmp_path / "mine.onnx")
    assert refused("explore", "mine.onnx", "--data", DATA, "-o", "mine.onnx") == (
        "output mine.onnx must be new or a study made by hwgen, but it is another file"
    )


@pytest.mark.parametrize("seed", ["-1", str(1 << 32)])
def test_a_seed_out_of_range(explore, seed):
    line = explore(MODEL, DATA, "--seed", seed)
    assert line == f"search seed must be an integer from 0 to {(1 << 32) - 1}, not {seed}"


def test_a_network_that_does_not_fit_is_refused_before_the_search(explore, tmp_path):
    fields = (PRESETS / "4x4.toml").read_text().replace("= 16384", "= 64", 1)
    (tmp_path / "small.toml").write_text(fields)
    line = explore(MODEL, DATA, "--arch", "small.toml")
    assert re.fullmatch(
        r"layer \w+ needs \d+ bytes of activation memory for one output line, "
        r"but the accelerator has 64",
        line,
    )


def test_a_report_of_verilog_that_was_changed(refused, build, tmp_path):
    mine = shutil.copytree(build, tmp_path / "mine")
    (mine / "accelerator.v").write_text("module accelerator; endmodule\n")
    assert refused("report", "mine", "-o", "r.html") == (
        "build mine must hold the Verilog that its results are about, "
        "but accelerator.v is not as hwgen wrote it"
    )


def test_a_missing_model(explore):
    assert explore("none.onnx") == "model none.onnx cannot be read: No such file or directory"


def test_a_truncated_model(explore, tmp_path):
    model = tmp_path / "cut.onnx"
    model.write_bytes(digits.model_path().read_bytes()[:3000])
    assert explore(model).startswith(f"model {model} ")


def test_a_model_that_is_something_else(explore, tmp_path):
    model = tmp_path / "text.onnx"
    model.write_text("not a model")
    assert explore(model).startswith(f"model {model} ")


def test_a_float_model(explore, tmp_path):
    model = float_model(tmp_path / "float.onnx")
    assert explore(model) == (
        f"model {model} must be quantized to 8 bits with QuantizeLinear nodes, "
        "but it is a float model"
    )


def test_an_unsupported_operator(explore, tmp_path):
    model = onnx.load(MODEL)
    node = next(x for x in model.graph.node if x.op_type == "Conv")
    node.op_type = "ConvTranspose"
    onnx.save(model, tmp_path / "operator.onnx")
    assert "ConvTranspose" in explore(tmp_path / "operator.onnx")


@pytest.fixture
def data(tmp_path):
    """Write the digits with some arrays replaced."""

    def write(**changes):
        arrays = dict(np.load(DATA)) | changes
        path = tmp_path / "data.npz"
        np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
        return path

    return write


def test_missing_data(explore):
    assert explore(MODEL, "none.npz") == "data none.npz cannot be read: No such file or directory"


def test_truncated_data(explore, tmp_path):
    path = tmp_path / "cut.npz"
    path.write_bytes(digits.data_path().read_bytes()[:-500])
    assert explore(MODEL, path) == f"data {path} is not an .npz file, or is truncated"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"calibration_images": np.zeros((4, 9, 8, 1), np.uint8)},
            "calibration_images must have the shape [N, 8, 8, 1], not [4, 9, 8, 1]",
        ),
        (
            {"calibration_images": np.zeros((4, 8, 8, 1), np.float32)},
            "calibration_images must be uint8, not float32",
        ),
        (
            {"calibration_labels": np.zeros(3, np.int64)},
            "calibration_labels must have the shape [400], not [3]",
        ),
        (
            {"calibration_labels": np.full(400, 10)},
            "calibration_labels must be from 0 to 9, not 10",
        ),
    ],
)
def test_images_that_do_not_fit(explore, data, changes, complaint):
    path = data(**changes)
    assert explore(MODEL, path) == f"data {path} {complaint}"


def test_an_unknown_method(explore):
    known = ", ".join(STRATEGIES)
    assert (
        explore(MODEL, DATA, "--method", "luck")
        == f"no search method is called 'luck'; known: {known}"
    )


def test_an_unknown_preset(explore):
    known = ", ".join(presets())
    assert (
        explore(MODEL, DATA, "--arch", "5x5")
        == f"architecture must be a preset ({known}) or a .toml file, not '5x5'"
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("lanes = 4\n", r"spec arch.toml has the unknown key lanes; known: rows, cols, .*"),
        ("rows = 4\n", r"spec arch.toml lacks the key cols"),
        ("rows = \n", r"spec arch.toml is not TOML: .*"),
    ],
)
def test_a_spec_that_is_wrong(explore, tmp_path, text, complaint):
    (tmp_path / "arch.toml").write_text(text)
    assert re.fullmatch(complaint, explore(MODEL, DATA, "--arch", "arch.toml"))


@pytest.mark.parametrize("value", ["-1", "101", "nan"])
def test_a_drop_that_is_no_drop(explore, value):
    assert (
        explore(MODEL, DATA, "--max-drop", value)
        == f"max-drop must be a number of percent points from 0 to 100, not {float(value)!r}"
    )


@pytest.mark.parametrize("pick", ["1.0", "max-drop", "max-drop=", "max-drop=-1", "energy=3"])
def test_a_pick_that_is_no_pick(refused, pick):
    assert (
        refused("generate", "study", "--pick", pick, "-o", "build")
        == f"pick must be max-drop= and a number of percent points, not {pick!r}"
    )


@pytest.mark.parametrize("option", ["--seed", "--max-drop"])
def test_a_number_that_is_none(explore, option):
    kind = "int" if option == "--seed" else "float"
    assert (
        explore(MODEL, DATA, option, "many")
        == f"argument {option}: invalid {kind} value: 'many' (see hwgen explore --help)"
    )


def test_a_missing_liberty_file(refused):
    assert refused("characterize", "exact", "--tech", "none.lib").startswith(
        "Liberty file none.lib "
    )


def test_a_liberty_file_without_the_needed_cells(refused, tmp_path):
    (tmp_path / "empty.lib").write_text("library (empty) {\n}\n")
    assert refused("characterize", "exact", "--tech", "empty.lib").startswith(
        "Liberty file empty.lib"
    )


@pytest.mark.parametrize(
    ("command", "kind"), [("generate", "build"), ("demo", "demo")], ids=["generate", "demo"]
)
def test_an_output_folder_of_others(refused, study, tmp_path, command, kind):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("years of work")
    source = [study] if command == "generate" else []
    assert refused(command, *source, "-o", "out") == (
        f"output folder out must be new, empty or a {kind} made by hwgen, but it holds other files"
    )


@pytest.mark.parametrize(
    "args",
    [
        ("explore", MODEL, "--data", DATA),
        ("demo",),
    ],
    ids=["explore", "demo"],
)
def test_an_output_in_a_folder_that_is_not_there(refused, tmp_path, args):
    assert refused(*args, "-o", "none/out") == (
        f"output none/out must lie in a folder that exists, not {tmp_path / 'none'}"
    )


@pytest.mark.parametrize("command", ["generate", "report"])
def test_a_study_that_is_none(refused, tmp_path, command):
    (tmp_path / "text").write_text("not a study")
    line = refused(command, "text", "-o", "out.html")
    assert line.startswith("study text must be a study made by hwgen")


@pytest.mark.parametrize("command", ["generate", "report"])
def test_a_missing_study(refused, command):
    assert "study none must be a file that exists" in refused(command, "none", "-o", "out.html")


@pytest.mark.parametrize("command", ["simulate", "synth"])
def test_a_build_that_is_none(refused, tmp_path, command):
    assert refused(command, tmp_path) == (
        f"build {tmp_path} must be a folder made by hwgen generate"
    )


def test_a_missing_tool(refused, build, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (
        refused("simulate", build)
        == "tool iverilog is not installed; install it with: apt install iverilog"
    )


@pytest.mark.parametrize("images", ["0", "17"])
def test_more_images_than_there_are(refused, build, images):
    assert (
        refused("simulate", build, "--images", images)
        == f"simulate images must be an integer from 1 to 16, not {images}"
    )
