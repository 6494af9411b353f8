"""The float model that a network was quantized from, run by onnxruntime."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from hwgen.errors import ModelError, ToolError
from hwgen.evaluation.floats import Values, dequantized
from hwgen.network.graph import Network
from hwgen.network.onnx import file

__all__ = ["FloatModel"]

_FOLDED = ("Relu", "Clip")  # a quantized model has them in the codes of the layer before


class FloatModel:
    """Values of a float model's tensors under the names of a quantized network's layers.

    A layer's tensor is the output of the node with its name, or of the activation function that
    alone reads that output. Layers without such a node, or with another shape, are left out.

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
            The input differs from the network's, or no tensor is found in both.
        """
        height, width, channels = network.input_shape
        if self._graph.input_shape not in ((channels, height, width), (height * width * channels,)):
            raise ModelError(
                f"model {self.path} must have the input shape {[channels, height, width]}, "
                f"not {list(self._graph.input_shape)}"
            )
        values = dequantized(codes, network.input_quantization).astype(np.float32)
        shapes = {name: network.shapes[name] for name in self._tensors if name in network.shapes}
        wanted = [self._tensors[name] for name in shapes]
        if not wanted:
            raise ModelError(f"model {self.path} must name nodes as the network names its layers")
        read = values.transpose(0, 3, 1, 2).reshape(len(values), *self._graph.input_shape)
        found = self._run(wanted, read)
        tensors = {
            name: _channels_last(value)
            for name, value in zip(shapes, found, strict=True)
            if value.ndim in (2, 4)
        }
        return {name: x for name, x in tensors.items() if x.shape[1:] == shapes[name]}

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
        found = {}
        for node in self._graph.nodes:
            tensor = node.outputs[0]
            following = readers.get(tensor, [])
            if len(following) == 1 and following[0].operator in _FOLDED:
                tensor = following[0].outputs[0]
            found[node.name] = tensor
        return found


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
