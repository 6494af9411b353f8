"""Reading an ONNX file into nodes and constants, with errors a user can act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import numpy_helper

from hwgen.errors import ModelError
from hwgen.files import read_bytes

__all__ = ["Node", "OnnxGraph", "read"]

_STANDARD = ("", "ai.onnx")
_CONSTANTS = {  # attributes of Constant, with the type of the tensor
    "value_float": np.float32,
    "value_floats": np.float32,
    "value_int": np.int64,
    "value_ints": np.int64,
}


@dataclass(frozen=True, eq=False)
class Node:
    """One operator.

    Parameters
    ----------
    path : Path
        File it comes from.
    name : str
        Its name, or that of its first output when it has none.
    operator : str
        ONNX operator, with the domain in front unless it is the standard one.
    inputs, outputs : tuple of str
        Tensor names; an omitted optional input is empty.
    attributes : mapping of str to value
    """

    path: Path
    name: str
    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    def refusal(self, rule: str) -> ModelError:
        """The error that says which ``rule`` this node breaks."""
        text = f"model {self.path} node {self.name} ({self.operator}): {rule}"
        return ModelError("".join(x if x.isprintable() else "?" for x in text))

    def input(self, index: int) -> str:
        """Name of an input, empty when it is omitted."""
        return self.inputs[index] if index < len(self.inputs) else ""


@dataclass(frozen=True, eq=False)
class OnnxGraph:
    """What an ONNX file holds.

    Parameters
    ----------
    path : Path
    input_name : str
        The one input that is not a constant.
    input_shape : tuple of int
        Its shape behind the batch.
    batch : int
        Length of its first axis, 0 where that is free.
    output_name : str
    nodes : tuple of Node
        Each after the nodes it reads from.
    constants : mapping of str to array
    """

    path: Path
    input_name: str
    input_shape: tuple[int, ...]
    batch: int
    output_name: str
    nodes: tuple[Node, ...]
    constants: Mapping[str, NDArray[Any]]


def read(path: Path) -> OnnxGraph:
    """Read and check the ONNX file at ``path``."""
    try:
        model = onnx.ModelProto.FromString(read_bytes(path, "model", ModelError))
    except DecodeError as error:
        raise ModelError(f"model {path} is not an ONNX file, or is truncated") from error
    if not model.graph.node:
        raise ModelError(f"model {path} holds no network; is it an ONNX file?")
    _check_names(path, model.graph)
    _check_opset(path, model)
    attributes = (x for node in model.graph.node for x in node.attribute)
    for tensor in (*model.graph.initializer, *(x.t for x in attributes if x.HasField("t"))):
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            raise ModelError(
                f"model {path} must hold its own data, but keeps {tensor.name} elsewhere"
            )
    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, ValueError) as error:
        raise ModelError(f"model {path} is not valid ONNX: {_one_line(error)}") from error
    graph = model.graph
    constants = {tensor.name: _array(path, tensor) for tensor in graph.initializer}
    inputs = [x for x in graph.input if x.name not in constants]
    for kind, tensors in (("input", inputs), ("output", graph.output)):
        if len(tensors) != 1:
            names = ", ".join(x.name for x in tensors)
            raise ModelError(f"model {path} must have one {kind}, not {len(tensors)}: {names}")
    nodes = []
    for node in graph.node:
        value = _constant(path, node)
        if value is None:
            nodes.append(_node(path, node))
        else:
            constants[node.output[0]] = value
    batch, *shape = _shape(path, inputs[0])
    output = graph.output[0].name
    return OnnxGraph(path, inputs[0].name, tuple(shape), batch, output, tuple(nodes), constants)


def _check_names(path: Path, graph: onnx.GraphProto) -> None:
    """Refuse names that would break a one-line message."""
    names = [
        *(x.name for x in graph.initializer),
        *(x.name for x in (*graph.input, *graph.output)),
        *(dim.dim_param for x in graph.input for dim in x.type.tensor_type.shape.dim),
    ]
    for node in graph.node:
        names += [x for y in node.attribute for x in (y.name, y.t.name)]
        names += [node.name, node.op_type, node.domain, *node.input, *node.output]
    for name in names:
        if not isinstance(name, str) or not name.isprintable():  # bytes: not UTF-8
            raise ModelError(f"model {path} names must be printable, not {name!r}")


def _check_opset(path: Path, model: onnx.ModelProto) -> None:
    """Refuse operators of a later ONNX than ours: the checker would let them pass."""
    known = onnx.defs.onnx_opset_version()
    for stated in model.opset_import:
        if stated.domain in _STANDARD and stated.version > known:
            raise ModelError(f"model {path} opset must be at most {known}, not {stated.version}")


def _constant(path: Path, node: onnx.NodeProto) -> NDArray[Any] | None:
    """Value of a Constant node, in one of its forms; None of any other node."""
    if node.op_type != "Constant" or node.domain not in _STANDARD or not node.attribute:
        return None
    attribute = node.attribute[0]
    if attribute.name == "value":
        return _array(path, attribute.t)
    if attribute.name in _CONSTANTS:
        return np.array(onnx.helper.get_attribute_value(attribute), _CONSTANTS[attribute.name])
    return None


def _node(path: Path, node: onnx.NodeProto) -> Node:
    return Node(
        path,
        node.name or node.output[0],
        node.op_type if node.domain in _STANDARD else f"{node.domain}.{node.op_type}",
        tuple(node.input),
        tuple(node.output),
        {x.name: _text(onnx.helper.get_attribute_value(x)) for x in node.attribute},
    )


def _text(value: Any) -> Any:
    """Attributes hold text as bytes."""
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else value


def _array(path: Path, tensor: onnx.TensorProto) -> NDArray[Any]:
    try:
        array = np.asarray(numpy_helper.to_array(tensor))
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"model {path} is not valid ONNX: constant {tensor.name}: {_one_line(error)}"
        ) from error
    if array.dtype.kind not in "biuf" and array.dtype.name not in ("int4", "uint4"):
        raise ModelError(f"model {path} constant {tensor.name} must be numbers, not {array.dtype}")
    return array


def _shape(path: Path, tensor: onnx.ValueInfoProto) -> list[int]:
    kind = tensor.type.tensor_type
    if kind.elem_type != onnx.TensorProto.FLOAT:
        raise ModelError(
            f"model {path} input {tensor.name} must be float32 (ONNX's type 1), "
            f"not of type {kind.elem_type}"
        )
    sizes = [x.dim_value for x in kind.shape.dim]  # 0 where it is a name, or unknown
    if not 2 <= len(sizes) <= 4 or min(sizes[1:]) < 1:
        text = ", ".join(str(x.dim_value or x.dim_param or "?") for x in kind.shape.dim)
        raise ModelError(
            f"model {path} input {tensor.name} must be [batch, channels, height, width] "
            f"or [batch, features] with fixed sizes but the batch, not [{text}]"
        )
    return sizes


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return "".join(x if x.isprintable() else "?" for x in text)  # it may quote damaged names
