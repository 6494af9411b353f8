"""8-bit models from float ones, by onnxruntime's static quantizer (Jacob et al., CVPR 2018)."""

import contextlib
import io
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import (
    DataError,
    HwgenError,
    ModelError,
    SpecError,
    ToolError,
    check_choice,
    check_range,
)
from hwgen.network.data import load_values, preprocessing_of
from hwgen.network.graph import Network
from hwgen.network.onnx import file, load
from hwgen.network.onnx.source import source

__all__ = ["CHOICES", "Scheme", "calibration_images", "quantize"]

CHOICES = {
    "weights": ("s8", "u8"),
    "activations": ("u8", "s8"),
    "symmetric": ("weights", "both", "none"),
    "format": ("qdq", "qoperator"),
    "calibration": ("minmax", "entropy", "percentile"),
}
_OPSET = 17  # the first 13 lack scales per channel
_AT_ONCE = 32  # images whose tensors a histogram's calibration holds in memory


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """How a float network becomes one of 8 bits.

    Parameters
    ----------
    weights, activations : str
        Codes: ``s8`` (two's complement) or ``u8``. ``s8`` activations need ``s8`` weights.
    per_channel : bool
        Whether each output channel of a weight tensor has a scale of its own.
    symmetric : str
        Zero points in the middle of the codes: of ``weights``, of ``both``, of ``none``.
    format : str
        ``qdq``: float operators between QuantizeLinear and DequantizeLinear; ``qoperator``:
        operators on codes.
    calibration : str
        Range of an activation: its extremes (``minmax``), the range that loses least
        information (``entropy``), or all but the rarest values (``percentile``, 99.999 %).
    """

    weights: Literal["s8", "u8"] = "s8"
    activations: Literal["u8", "s8"] = "u8"
    per_channel: bool = False
    symmetric: Literal["weights", "both", "none"] = "weights"
    format: Literal["qdq", "qoperator"] = "qdq"
    calibration: Literal["minmax", "entropy", "percentile"] = "minmax"

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            check_choice("Scheme", name, getattr(self, name), choices)
        if self.activations == "s8" and self.weights == "u8":
            raise SpecError("Scheme weights must be s8 where activations are s8, not u8")


def calibration_images(
    model: str | Path, data: str | Path, preprocess: str | None = None, count: int = 1000
) -> NDArray[np.float32]:
    """The first ``count`` images of a data set as a float model reads them.

    Parameters
    ----------
    model : path
        Float ONNX model.
    data : path
        Images of any format, see :func:`hwgen.network.data.read.read`.
    preprocess : str, optional
        What their numbers mean, see :func:`hwgen.network.data.preprocessing_of`.
    count : int
    """
    check_range("calibration", "images", count, 1, 1_000_000)
    graph = file.read(Path(model))
    found = source(graph)
    values = load_values(data, found.shape, preprocessing_of(model, preprocess), limit=count)
    order = [axis for group in found.axes for axis in group]  # axes of length 1 may be anywhere
    order += sorted({0, 1, 2} - set(order))
    values = values.transpose(0, *(axis + 1 for axis in order))
    return np.ascontiguousarray(values.reshape(-1, *graph.input_shape))


def quantize(
    model: str | Path, images: NDArray[np.float32], output: Path, scheme: Scheme
) -> Network:
    """Write the 8-bit form of a float ONNX model; return it as hwgen imports it.

    Batch normalization is folded first. Equal inputs give equal bytes.

    Parameters
    ----------
    model : path
        Float ONNX model with one input.
    images : float32[N, ...]
        What the model reads, such as ``[N, C, H, W]``, for the ranges of activations.
    output : Path
        ONNX file to write.
    scheme : Scheme

    Raises
    ------
    ToolError
        onnxruntime is not installed.
    ModelError
        The model cannot be quantized, or holds what hwgen does not execute.
    DataError
        The images do not fit the model.
    """
    quantization = _library()
    graph = file.read(Path(model))
    if any("Quant" in node.operator or "QLinear" in node.operator for node in graph.nodes):
        raise ModelError(f"model {model} must be a float model, but is quantized already")
    _check_images(images, graph)
    with tempfile.TemporaryDirectory() as folder, _silence():
        prepared = Path(folder) / "prepared.onnx"
        written = Path(folder) / "quantized.onnx"
        try:
            _prepare(Path(model), prepared)
            quantization.quantize_static(
                str(prepared),
                str(written),
                _reader(quantization, graph.input_name, images),
                **_settings(quantization, scheme),
            )
        except Exception as error:  # onnxruntime raises what it likes
            reason = " ".join(str(error).split()) or type(error).__name__
            raise ModelError(f"model {model} cannot be quantized: {reason}") from error
        output.write_bytes(written.read_bytes())
    try:
        return load(output)
    except HwgenError as error:  # it speaks of a file that is not to stay
        reason = str(error).removeprefix(f"model {output} ")
        raise ModelError(f"model {model} quantized is no network for hwgen: {reason}") from error


def _library() -> ModuleType:
    try:
        from onnxruntime import quantization
    except ImportError as error:
        raise ToolError(
            "quantization needs onnxruntime; to install it: pip install 'hwgen[quantize]'"
        ) from error
    module: ModuleType = quantization
    return module


def _check_images(images: NDArray[np.float32], graph: file.OnnxGraph) -> None:
    if images.shape[1:] != graph.input_shape or not len(images):
        wanted = ", ".join(str(x) for x in graph.input_shape)
        raise DataError(
            f"calibration images must have the shape [N, {wanted}], not {list(images.shape)}"
        )
    if not np.isfinite(images).all():
        raise DataError("calibration images must be finite, but some values are not")


def _prepare(model: Path, prepared: Path) -> None:
    """onnxruntime's own preparation: constants and batch normalization folded, shapes inferred."""
    import onnx
    from onnxruntime.quantization.shape_inference import quant_pre_process

    loaded = onnx.load(str(model))
    if any(x.domain in ("", "ai.onnx") and x.version < _OPSET for x in loaded.opset_import):
        loaded = onnx.version_converter.convert_version(loaded, _OPSET)
    onnx.save(loaded, str(prepared))
    quant_pre_process(str(prepared), str(prepared), skip_symbolic_shape=True)
    loaded = onnx.load(str(prepared))
    _part_margins(loaded.graph)
    onnx.save(loaded, str(prepared))


def _part_margins(graph: Any) -> None:
    """Give every Pad a value of its own: the quantizer drops one that others still read."""
    constants = {tensor.name: tensor for tensor in graph.initializer}
    taken = set()
    for index, node in enumerate(graph.node):
        if node.op_type == "Pad" and len(node.input) > 2 and node.input[2] in constants:
            if node.input[2] in taken:
                twin = graph.initializer.add()
                twin.CopyFrom(constants[node.input[2]])
                node.input[2] = twin.name = f"{twin.name}_of_node_{index}"
            taken.add(node.input[2])


def _reader(quantization: ModuleType, name: str, images: NDArray[np.float32]) -> Any:
    class Reader(quantization.CalibrationDataReader):  # type: ignore[name-defined]
        """Images one by one, in portions: histograms keep a portion's tensors in memory."""

        def __init__(self) -> None:
            self.left: Iterator[NDArray[np.float32]] = iter(())

        def __len__(self) -> int:
            return -(-len(images) // _AT_ONCE) * _AT_ONCE  # whole portions; the last may be short

        def set_range(self, start_index: int, end_index: int) -> None:
            self.left = iter(images[start_index:end_index])

        def get_next(self) -> dict[str, NDArray[np.float32]] | None:
            image = next(self.left, None)
            return None if image is None else {name: image[np.newaxis]}

    return Reader()


def _settings(quantization: ModuleType, scheme: Scheme) -> dict[str, Any]:
    kinds = {"s8": quantization.QuantType.QInt8, "u8": quantization.QuantType.QUInt8}
    forms = {"qdq": quantization.QuantFormat.QDQ, "qoperator": quantization.QuantFormat.QOperator}
    methods = quantization.CalibrationMethod
    ways = {
        "minmax": methods.MinMax,
        "entropy": methods.Entropy,
        "percentile": methods.Percentile,
    }
    return {
        "quant_format": forms[scheme.format],
        "per_channel": scheme.per_channel,
        "activation_type": kinds[scheme.activations],
        "weight_type": kinds[scheme.weights],
        "calibrate_method": ways[scheme.calibration],
        "extra_options": {
            "WeightSymmetric": scheme.symmetric != "none",
            "ActivationSymmetric": scheme.symmetric == "both",
            "CalibStridedMinMax": _AT_ONCE,  # of every method, whatever its name says
        },
    }


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep to ourselves what the quantizer prints and logs on its way."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(before)
