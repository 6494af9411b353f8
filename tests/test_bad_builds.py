"""Mistakes about builds: one line, exit code 2, and nothing waits."""

import hashlib
import json
import os
import shutil

import pytest

from hwgen import api
from hwgen.network import digits
from hwgen.output import MANIFEST
from hwgen.spec.accelerator_file import load_spec

MODEL, DATA = str(digits.model_path()), str(digits.data_path())


@pytest.fixture
def given(tmp_path):
    """A build of a mapping that was given."""
    folder = tmp_path / "given"
    api.generate_mapping(MODEL, folder, data=DATA, preprocess="codes = true", images=1)
    return folder


def test_a_network_to_generate_for_needs_images(refused):
    line = "generate must be given --data with a network"
    assert refused("generate", MODEL, "-o", "build") == line
    assert refused("generate", MODEL, "--multiplier", "exact", "-o", "build") == line
    assert refused("generate", MODEL, "--arch", "2x2", "--pick", "max-drop=1", "-o", "build") == (
        "--pick must be given with a study, not with a network"
    )


def test_hardware_that_lacks_what_a_mapping_needs(refused, tmp_path):
    (tmp_path / "arch.toml").write_text(load_spec("4x4").to_toml())
    options = ("--data", DATA, "--preprocess", "codes = true", "-o", "build")
    assert refused(
        "generate", MODEL, "--multiplier", "truncated_7", "--arch", "arch.toml", *options
    ) == ("layer conv1 wants multiplier truncated_7, but the accelerator holds exact")
    assert refused("generate", MODEL, "--multiplier", "exact_u8", *options).startswith(
        "accelerator activation_sum must be true for unsigned weights"
    )


def test_a_report_of_a_mapping_that_was_given(refused, given):
    assert refused("report", "given", "-o", "report.html") == (
        "build given must be that of a study for a report, not of a mapping that was given"
    )


@pytest.mark.parametrize("name", ["images.npz", "program.json", "spec.toml"])
def test_a_pipe_in_a_build_is_not_waited_for(refused, given, name):
    (given / name).unlink()
    os.mkfifo(given / name)
    line = refused("simulate", "given")
    assert line == f"build file given/{name} must be a regular file, not a pipe or a device"


def test_a_manifest_that_is_a_pipe(refused, given):
    (given / MANIFEST).unlink()
    os.mkfifo(given / MANIFEST)
    assert refused("simulate", "given") == "build given must be a folder made by hwgen generate"


def test_a_program_for_another_accelerator(refused, given, tmp_path):
    other = tmp_path / "other"
    options = {"data": DATA, "preprocess": "codes = true", "images": 1, "arch": "2x2"}
    api.generate_mapping(MODEL, other, **options)
    shutil.copy(other / "program.json", given / "program.json")
    shutil.rmtree(other)
    manifest = json.loads((given / MANIFEST).read_text())
    content = (given / "program.json").read_bytes()
    manifest["sha256"]["program.json"] = hashlib.sha256(content).hexdigest()
    (given / MANIFEST).write_text(json.dumps(manifest))
    line = refused("simulate", "given")
    assert line.startswith("program is for an accelerator of digest ")


@pytest.mark.parametrize("value", ["5", "true", '"exact"', "[1]", "{exact = 1}", "1979-05-27"])
def test_multipliers_that_are_no_names(refused, tmp_path, value):
    text = load_spec("4x4").to_toml().replace('["exact"]', value)
    (tmp_path / "arch.toml").write_text(text)
    line = refused("inspect", MODEL, "--arch", "arch.toml")
    assert line.startswith("accelerator multipliers must be a list of names, not ")


def test_clock_gates_without_tiles(refused, tmp_path):
    text = load_spec("4x4").to_toml().replace("clock_gates = false", "clock_gates = true")
    (tmp_path / "arch.toml").write_text(text)
    line = refused("inspect", MODEL, "--arch", "arch.toml")
    assert line == "accelerator clock_gates must be false for form weights"
