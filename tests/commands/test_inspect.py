"""A look into networks on the command line."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from hwgen.cli import main
from hwgen.network import digits
from hwgen.spec.accelerator_file import load_spec
from hwgen.spec.registers.accelerator import CAUSES

MODEL, DATA = str(digits.model_path()), str(digits.data_path())


@pytest.fixture
def printed(capsys):
    def run(*args):
        assert main(["inspect", *map(str, args)]) == 0
        return capsys.readouterr().out

    return run


def test_the_digits_network(printed):
    text = printed(MODEL, "--arch", "2x2")
    assert max(map(len, text.splitlines())) <= 110
    assert text.startswith(
        "digits.onnx: 8 layers, 5386 parameters, 134272 products per image\n"
        "input 8x8x1, scale 0.003922, zero point 0; largest tensor: conv1, 512 bytes\n"
    )
    assert re.search(
        r"^conv4 +convolution 3x3/2 +8x8x8 +4x4x16 +72 +1168 +18432 +13\.7$",
        text,
        re.MULTILINE,
    )
    assert re.search(r"^add +add +8x8x8 +8x8x8( +-){4}$", text, re.MULTILINE)
    assert re.search(r"^conv1 +0\.\.255 +0\.\.255 .* -127\.\.127 .* 8 x 8$", text, re.MULTILINE)
    assert "Codes that activations can hold;" in text
    assert "\nCycles per image on 2x2, 4 multipliers, all layers on exact:\n" in text
    assert re.search(r"^conv4 +\d+ .* \d\d\.\d%$", text, re.MULTILINE)
    assert re.search(r"^all +\d+( +\d+){5} +\d\d\.\d%$", text, re.MULTILINE)
    assert re.search(r"^Activation banks: \d+ of 8192 bytes\.$", text, re.MULTILINE)
    assert re.search(r"\nMemory outside: \d+ bytes, \d+ of them the program\.\n$", text)


def test_measured_codes(printed):
    text = printed(MODEL, "--data", DATA, "--images", "7")
    assert f"Codes that activations hold on 7 images of {DATA}." in text
    document = json.loads(printed(MODEL, "--data", DATA, "--images", "7", "--json"))
    images = np.load(DATA)["calibration_images"][:7]
    assert document["measured_images"] == 7
    assert document["layers"][0]["reads"] == [images.min(), images.max()]


def test_everything_for_machines(printed):
    document = json.loads(printed(MODEL, "--json"))
    assert document["operations"] == sum(x["operations"] for x in document["layers"]) == 134272
    assert document["input"] == {
        "name": "image",
        "shape": [8, 8, 1],
        "scale": pytest.approx(1 / 255),
        "zero_point": 0,
    }
    assert document["largest_tensor"] == {"name": "conv1", "bytes": 512}
    layer = document["layers"][0]
    assert layer["weights"]["codes"] == [-127, 127]
    accelerator = document["accelerator"]
    assert accelerator["refusal"] is None
    parts = accelerator["cycles_by_cause"]
    assert layer["on_accelerator"]["cycles"] in parts
    assert accelerator["cycles"] == sum(x[cause] for x in parts for cause in CAUSES)


def test_a_network_that_does_not_run(printed, tmp_path):
    (tmp_path / "small.toml").write_text(load_spec("4x4").to_toml().replace("16384", "64"))
    text = printed(MODEL, "--arch", tmp_path / "small.toml")
    assert "Cycles per image" not in text
    assert re.search(
        r"\nOn small.toml the network does not run: layer \w+ needs \d+ bytes of .*\.\n$", text
    )


@pytest.mark.parametrize(
    ("name", "products"),
    [
        ("models/resnet20_cifar10_int8qdq_pc.onnx", 40551040),
        ("models/resnet8_alwann_cifar10_uint8qdq_ptasym.onnx", 12239552),
        ("models/lenet5_mnist_int8qdq_pt.onnx", 416520),
        ("tflite/resnet8_mlperftiny_int8.tflite", 12501632),
        ("tflite/autoencoder_ad_int8.tflite", 264192),
    ],
)
def test_real_networks(printed, shared_data, name, products):
    document = json.loads(printed(shared_data / name, "--arch", "8x8", "--json"))
    assert document["operations"] == products
    refusal = document["accelerator"]["refusal"]
    assert (refusal is None) == ("ptasym" not in name)  # their zero points need a sum


def test_real_images(printed, shared_data):
    model = shared_data / "models" / "resnet8_alwann_cifar10_int8qdq_pt.onnx"
    data = shared_data / "cifar10_train.npz"
    options = ("--preprocess", "divide = 128, mean = 1", "--images", "20", "--json")
    layers = json.loads(printed(model, "--data", data, *options))["layers"]
    assert all(0 <= x["writes"][0] < x["writes"][1] <= 255 for x in layers)


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("none.onnx",), "model none.onnx cannot be read: No such file or directory"),
        ((MODEL, "--preprocess", "divide = 1"), "inspect must be given --data with --preprocess"),
        ((MODEL, "--images", "0"), "inspect images must be an integer from 1 to 2147483647, not 0"),
        ((MODEL, "--data", "none"), "data none cannot be read: No such file or directory"),
        (
            (MODEL, "--arch", "5x5"),
            "architecture must be a preset (2x2, 4x4, 8x8, 16x16) or a .toml file, not '5x5'",
        ),
    ],
)
def test_mistakes(refused, args, line):
    assert refused("inspect", *args) == line


def test_pixels_without_a_meaning(refused, tmp_path):
    np.savez(tmp_path / "d.npz", images=np.zeros((1, 8, 8), np.uint8), labels=[0])
    assert refused("inspect", MODEL, "--data", "d.npz") == (
        "data d.npz images need a preprocessing: say what their numbers mean in MODEL.toml beside "
        "the model, or with --preprocess, such as 'divide = 255, mean = 0.5, std = 0.25' or "
        "'codes = true'"
    )


def test_a_folder_in_place_of_a_model(refused, tmp_path):
    (tmp_path / "folder").mkdir()
    assert refused("inspect", "folder") == "model folder must be a file, not a folder"


def test_codes_with_another_meaning(refused):
    line = refused("inspect", MODEL, "--data", DATA, "--preprocess", "divide = 1")
    assert line == (
        f"data {DATA} calibration_images are codes by definition, but preprocessing says what "
        f"numbers mean; state --preprocess 'codes = true'"
    )


def test_a_model_in_place_of_data(refused):
    assert refused("inspect", MODEL, "--data", MODEL) == (
        f"data {MODEL} must be an .npz file, a batch of CIFAR-10, images of MNIST or a folder "
        f"with labels.csv"
    )


def test_it_is_quick_to_start():
    """What takes long to import is needed by other commands."""
    code = (
        "import sys\n"
        "import hwgen.commands.inspect\n"
        "heavy = {'cocotb', 'matplotlib', 'pymoo', 'scipy'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
