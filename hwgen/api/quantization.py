"""From a float network to one of 8 bits."""

import os
from pathlib import Path

from hwgen.api.common import PathLike
from hwgen.network import quantize as quantizer
from hwgen.network.graph import Network
from hwgen.network.quantize import Scheme
from hwgen.output import replacing_file

__all__ = ["quantize"]


def quantize(
    model: PathLike,
    data: PathLike,
    output: PathLike,
    *,
    preprocess: str | None = None,
    images: int = 1000,
    scheme: Scheme | None = None,
) -> Network:
    """Write the 8-bit form of a float ONNX model; return it as an integer network.

    Parameters
    ----------
    model, data : path
        Float model, and images that the ranges of its activations are taken from, as
        :func:`hwgen.api.load_images` takes them.
    output : path
        ONNX file to write.
    preprocess : str, optional
        What the images' numbers mean, as :func:`hwgen.api.load_images` takes it.
    images : int
        Only the first so many.
    scheme : Scheme, optional
        Codes, scales, form and calibration; default: s8 weights and u8 activations per tensor.
    """
    with replacing_file(output) as place:  # a bad place is refused before the work
        values = quantizer.calibration_images(os.fspath(model), os.fspath(data), preprocess, images)
        return quantizer.quantize(Path(model), values, place, scheme or Scheme())
