"""Train and quantize the digits network: ``python -m hwgen.network.digits.train [-o DIR]``.

Needs the optional dependencies ``hwgen[train]``. The result depends only on the constants
below and on the versions of those packages: one thread, fixed seeds. The calibration images
take no part in the training, so that accuracy on them predicts accuracy on the test images;
nothing is chosen on the test images.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime import quantization
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.nn import functional

from hwgen.network.digits.topology import CONVOLUTIONS, float_model

__all__ = ["main", "split", "train"]

TEST_IMAGES = 360
CALIBRATION_IMAGES = 400
SEED = 0
EPOCHS = 200
BATCH = 64
PEAK_RATE = 1e-2
WEIGHT_NOISE = 0.04  # of the filter's largest weight: flat minima bear inexact products
ACTIVATION_NOISE = 0.06  # of the tensor's largest activation, peak to peak
ROTATION = 10.0  # degrees
SHIFT = 0.12  # of the half image: half a pixel
ZOOM = 0.08

Arrays = dict[str, NDArray[Any]]


def split() -> Arrays:
    """Fixed stratified split of scikit-learn's digits, pixels as u8 codes ``[N, 8, 8, 1]``."""
    digits = load_digits()
    codes = np.rint(digits.images * 255 / 16).astype(np.uint8)[..., None]
    labels = digits.target.astype(np.uint8)
    rest, test, rest_labels, test_labels = train_test_split(
        codes, labels, test_size=TEST_IMAGES, random_state=SEED, stratify=labels
    )
    training, calibration, training_labels, calibration_labels = train_test_split(
        rest, rest_labels, test_size=CALIBRATION_IMAGES, random_state=SEED, stratify=rest_labels
    )
    return {
        "training_images": training,
        "training_labels": training_labels,
        "calibration_images": calibration,
        "calibration_labels": calibration_labels,
        "test_images": test,
        "test_labels": test_labels,
    }


class Digits(torch.nn.Module):
    """The float network; in training, weights and activations carry noise."""

    def __init__(self) -> None:
        super().__init__()
        for name, (filters, channels, stride) in CONVOLUTIONS.items():
            self.add_module(name, torch.nn.Conv2d(channels, filters, 3, stride, padding=1))
        self.fc = torch.nn.Linear(64, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = functional.avg_pool2d(self.features(image), 2).flatten(1)
        return functional.linear(self._blur(x), self._shake(self.fc.weight), self.fc.bias)

    def features(self, image: torch.Tensor) -> torch.Tensor:
        """What is pooled."""
        skip = functional.relu(self._convolve("conv1", image))
        x = functional.relu(self._convolve("conv2", skip))
        x = functional.relu(self._convolve("conv3", x) + skip)
        x = functional.relu(self._convolve("conv4", x))
        return functional.relu(self._convolve("conv5", x))

    def _convolve(self, name: str, x: torch.Tensor) -> torch.Tensor:
        layer = self.get_submodule(name)
        weight = self._shake(layer.weight)
        return functional.conv2d(self._blur(x), weight, layer.bias, layer.stride, layer.padding)

    def _shake(self, weight: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return weight
        largest = weight.detach().abs().flatten(1).amax(1)
        sigma = WEIGHT_NOISE * largest.reshape(-1, *[1] * (weight.ndim - 1))
        return weight + sigma * torch.randn_like(weight)

    def _blur(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        return x + ACTIVATION_NOISE * x.detach().amax() * (torch.rand_like(x) - 0.5)


def train(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Digits:
    """A network trained on u8 codes ``[N, 8, 8, 1]``."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # the order of float sums must not depend on the machine's load
    torch.use_deterministic_algorithms(True)
    x = torch.from_numpy(images.astype(np.float32) / 255).permute(0, 3, 1, 2)
    y = torch.from_numpy(labels.astype(np.int64))
    model = Digits()
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, weight_decay=1e-2)
    batches = -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, EPOCHS * batches)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(x)).split(BATCH):
            loss = functional.cross_entropy(model(_augment(x[chosen])), y[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def _augment(images: torch.Tensor) -> torch.Tensor:
    """Turn, zoom and shift each image a little."""
    angle, zoom, across, down = (torch.rand(4, len(images)) * 2 - 1).unbind()
    angle = angle * (ROTATION * np.pi / 180)
    zoom = 1 + zoom * ZOOM
    rows = [
        torch.stack([zoom * angle.cos(), -zoom * angle.sin(), across * SHIFT], 1),
        torch.stack([zoom * angle.sin(), zoom * angle.cos(), down * SHIFT], 1),
    ]
    grid = functional.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


class _Reader(quantization.CalibrationDataReader):
    def __init__(self, codes: NDArray[np.uint8]) -> None:
        self._batches: Iterator[NDArray[np.float32]] = iter([_values(codes)])

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        batch = next(self._batches, None)
        return None if batch is None else {"image": batch}


def _values(codes: NDArray[np.uint8]) -> NDArray[np.float32]:
    return (codes.astype(np.float32) / np.float32(255)).transpose(0, 3, 1, 2)


def quantize(model: Digits, calibration: NDArray[np.uint8], target: Path) -> None:
    """Write ``model`` as an int8 QDQ ONNX file: weights s8 per filter, activations u8."""
    parameters = {name: value.detach().numpy() for name, value in model.named_parameters()}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "float.onnx"
        onnx.save(float_model(parameters), source)
        quantization.quantize_static(
            source,
            target,
            _Reader(calibration),
            quant_format=quantization.QuantFormat.QDQ,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            per_channel=True,
            extra_options={
                "WeightSymmetric": True,
                "ActivationSymmetric": False,
                "TensorQuantOverrides": {"relu5": [_pooled(model, calibration)]},
            },
        )


def _pooled(model: Digits, calibration: NDArray[np.uint8]) -> dict[str, Any]:
    """Quantization of the pooled tensor, with a scale of 12 significant bits.

    A quarter of all sums of four codes are ties. With a full float32 scale, onnxruntime's
    sums of floats fall on either side of them; with a short one they are exact.
    """
    with torch.no_grad():
        peak = float(model.features(torch.from_numpy(_values(calibration))).max())
    fraction, exponent = np.frexp(peak / 255)
    scale = np.ldexp(np.ceil(fraction * 4096) / 4096, exponent)
    return {"scale": np.array(scale, np.float32), "zero_point": np.array(0, np.uint8)}


def main(argv: list[str] | None = None) -> int:
    """Write ``digits.onnx`` and ``digits.npz``; print the float accuracy."""
    parser = argparse.ArgumentParser(description="train and quantize the digits network")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent)
    output: Path = parser.parse_args(argv).output
    arrays: dict[str, Any] = {**split()}
    model = train(arrays.pop("training_images"), arrays.pop("training_labels"))
    quantize(model, arrays["calibration_images"], output / "digits.onnx")
    np.savez_compressed(output / "digits.npz", **arrays)
    for part in ("calibration", "test"):
        logits = model(torch.from_numpy(_values(arrays[f"{part}_images"])))
        hits = logits.argmax(1).numpy() == arrays[f"{part}_labels"]
        print(f"float accuracy on the {part} images: {100 * hits.mean():.2f} %")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
