"""The float model that a network was quantized from, run by onnxruntime."""

import math
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from hwgen.errors import ModelError, ToolError
from hwgen.evaluation.floats import Values, dequantized
from hwgen.network.graph import Network, Shape
from hwgen.network.onnx import file

__all__ = ["FloatModel"]

_FOLDED = ("Relu", "Clip")  # a quantized model has them in the codes of the layer before


class FloatModel:
    """Values of a float model's tensors under the names of a quantized network's layers.

    A layer's tensor is the output of the node with its name, behind a constant's addition and an
    activation function that alone read it. Layers without such a node are left out.

    Parameters
    ----------
    path : path
        ``.onnx`` file with one input, ``[N, C, H, W]`` or ``[N, C]``.

    Raises
    ------
    ModelError
        The file is no float model.
    ToolError
        onnxruntime is not installed.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._graph = file.read(self.path)
        if any("Quant" in x.operator or "QLinear" in x.operator for x in self._graph.nodes):
            raise ModelError(f"model {path} must be a float model, but it is quantized")
        if self._graph.batch > 1:
            raise ModelError(f"model {path} must have a free batch, not {self._graph.batch}")
        self._tensors = self._named()
        self._session = _session(self.path, list(self._tensors.values()))

    def __call__(self, network: Network, codes: NDArray[np.uint8]) -> dict[str, Values]:
        """Values of the tensors that ``network`` has, too: ``[N, H, W, C]``.

        The model reads what the codes of the network's input stand for.

        Raises
        ------
        ModelError
            The input or a tensor differs in size from the network's, or most layers that multiply,
        or the last of them, are not found.
        """
        height, width, channels = network.input_shape
        if self._graph.input_shape not in ((channels, height, width), (height * width * channels,)):
            raise ModelError(
                f"model {self.path} must have the input shape {[channels, height, width]}, "
                f"not {list(self._graph.input_shape)}"
            )
        values = dequantized(codes, network.input_quantization).astype(np.float32)
        shapes = {name: network.shapes[name] for name in self._tensors if name in network.shapes}
        self._check_names(network, shapes)
        wanted = [self._tensors[name] for name in shapes]
        read = values.transpose(0, 3, 1, 2).reshape(len(values), *self._graph.input_shape)
        found = self._run(wanted, read)
        tensors = {}
        for (name, shape), value in zip(shapes.items(), found, strict=True):
            if not _can_be(value.shape[1:], shape):
                raise ModelError(
                    f"model {self.path} node {name} must have the shape {list(shape)} of the "
                    f"network's layer, not {list(value.shape[1:])}"
                )
            if value.ndim in (2, 4) and (tensor := _channels_last(value)).shape[1:] == shape:
                tensors[name] = tensor  # another order of axes is not compared
        return tensors

    def _check_names(self, network: Network, found: Collection[str]) -> None:
        """Refuse the model of another network, or a part of it."""
        names = [layer.name for layer in network.convolutions]
        lacking = [name for name in names if name not in found]
        if lacking and (lacking[-1] == names[-1] or 2 * len(lacking) > len(names)):
            raise ModelError(
                f"model {self.path} must name nodes as the network names its layers, but lacks "
                f"{len(lacking)} of {len(names)} that multiply, such as {lacking[-1]}"
            )

    def _run(self, names: list[str], values: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        parts = np.split(values, len(values)) if self._graph.batch else [values]
        with _refusing(self.path):
            found = [self._session.run(names, {self._graph.input_name: part}) for part in parts]
        return [np.concatenate(outputs) for outputs in zip(*found, strict=True)]

    def _named(self) -> dict[str, str]:
        """Tensor of every node by the node's name."""
        readers: dict[str, list[file.Node]] = {}
        for node in self._graph.nodes:
            for name in node.inputs:
                readers.setdefault(name, []).append(node)
        found: dict[str, str] = {}
        for node in self._graph.nodes:
            if node.name in found:
                raise node.refusal("node names must differ from each other")
            tensor = node.outputs[0]
            for is_folded in (self._is_bias, _is_limit):
                following = readers.get(tensor, [])
                if len(following) == 1 and is_folded(following[0]):
                    tensor = following[0].outputs[0]
            found[node.name] = tensor
        return found

    def _is_bias(self, node: file.Node) -> bool:
        return node.operator == "Add" and any(x in self._graph.constants for x in node.inputs)


def _can_be(found: tuple[int, ...], shape: Shape) -> bool:
    """Whether a tensor may hold a layer's values, in whatever order of axes, or flat."""
    return sorted(found) == sorted(shape) or (
        len(found) != 3 and math.prod(found) == math.prod(shape)
    )


def _is_limit(node: file.Node) -> bool:
    return node.operator in _FOLDED


def _channels_last(value: NDArray[np.float32]) -> Values:
    wide = value[:, :, None, None] if value.ndim == 2 else value
    return np.asarray(wide.transpose(0, 2, 3, 1), np.float64)


def _session(path: Path, outputs: list[str]) -> Any:
    """A session that gives every one of ``outputs``."""
    try:
        import onnxruntime
    except ImportError as error:
        raise ToolError(
            "a float model needs onnxruntime; to install it: pip install 'hwgen[quantize]'"
        ) from error
    model = onnx.load(str(path))
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in dict.fromkeys(outputs))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what it says, the error says too
    with _refusing(path):
        return onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # onnxruntime raises what it likes
        reason = " ".join(str(error).split())
        raise ModelError(f"model {path} cannot be run: {reason}") from error
