"""Reading a TFLite file into tensors and operators, with errors a user can act on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from hwgen.errors import ModelError
from hwgen.files import read_bytes
from hwgen.network.tflite.schema import OPTIONS
from hwgen.network.tflite.verify import Damaged, verify

__all__ = ["IDENTIFIER", "Operator", "Tensor", "TfliteGraph", "read"]

IDENTIFIER = b"TFL3"  # at byte 4 of the file

_DTYPES = {
    tflite.TensorType.INT8: "<i1",
    tflite.TensorType.UINT8: "<u1",
    tflite.TensorType.INT32: "<i4",
    tflite.TensorType.INT64: "<i8",
}
_TYPES: dict[int, str] = {
    code: name for name, code in vars(tflite.TensorType).items() if name[:1] != "_"
}
_OPERATORS: dict[int, str] = {
    code: name for name, code in vars(tflite.BuiltinOperator).items() if name[:1] != "_"
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Tensor:
    """One tensor of the file.

    Parameters
    ----------
    index : int
    name : str
        The first of the names that the converter joined, in printable characters.
    kind : str
        Type of its elements, ``INT8`` for example.
    dims : tuple of int
        Batch first.
    signature : tuple of int
        The same, but -1 where the size is open; empty where none is.
    scale : float32 array
    zero_point : int64 array
    axis : int
        Along which scales and zero points differ, where there are several.
    codes : array or None
        What a constant holds, of the shape ``dims``.
    """

    index: int
    name: str
    kind: str
    dims: tuple[int, ...]
    signature: tuple[int, ...]
    scale: NDArray[np.float32]
    zero_point: NDArray[np.int64]
    axis: int
    codes: NDArray[Any] | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Operator:
    """One operator of the file.

    Parameters
    ----------
    kind : str
        ``CONV_2D`` for example.
    inputs : tuple of Tensor or None
        None where an optional one is left out.
    outputs : tuple of Tensor
    options : object or None
        Reader of its options, of the class that its kind has in the ``tflite`` package.
    """

    kind: str
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    options: Any


@dataclass(frozen=True, kw_only=True, eq=False)
class TfliteGraph:
    """What a TFLite file holds; operators are in execution order."""

    path: Path
    input: Tensor
    output: Tensor
    operators: tuple[Operator, ...]


def read(path: Path) -> TfliteGraph:
    """Read and check the TFLite file at ``path``."""
    data = read_bytes(path, "model", ModelError)
    if data[4:8] != IDENTIFIER:
        raise ModelError(f"model {path} must be a TFLite file, but lacks its mark TFL3 at byte 4")
    try:
        verify(data)
    except Damaged as error:
        raise ModelError(f"model {path} is a damaged TFLite file: {error}") from error
    return _Reader(path, tflite.Model.GetRootAs(data, 0)).graph()


class _Reader:
    def __init__(self, path: Path, model: Any) -> None:
        self.path = path
        self.model = model

    def refusal(self, rule: str) -> ModelError:
        return ModelError(f"model {self.path} {rule}")

    def graph(self) -> TfliteGraph:
        if self.model.Version() != 3:
            raise self.refusal(f"must have schema version 3, not {self.model.Version()}")
        if self.model.SubgraphsLength() != 1:
            raise self.refusal(f"must have one subgraph, not {self.model.SubgraphsLength()}")
        graph = self.model.Subgraphs(0)
        tensors = [self.tensor(i, graph.Tensors(i)) for i in range(graph.TensorsLength())]
        operators = [graph.Operators(i) for i in range(graph.OperatorsLength())]
        return TfliteGraph(
            path=self.path,
            input=self.only(tensors, _numbers(graph, "Inputs"), "input"),
            output=self.only(tensors, _numbers(graph, "Outputs"), "output"),
            operators=tuple(self.operator(i, x, tensors) for i, x in enumerate(operators)),
        )

    def only(self, tensors: list[Tensor], indices: Sequence[int], what: str) -> Tensor:
        if len(indices) != 1:
            raise self.refusal(f"must have one {what}, not {len(indices)}")
        found = self.pick(tensors, indices[0], f"its {what}")
        if found is None:
            raise self.refusal(f"must have one {what}, but leaves it out")
        return found

    def pick(self, tensors: list[Tensor], index: int, what: str) -> Tensor | None:
        if index == -1:
            return None
        if not 0 <= index < len(tensors):
            raise self.refusal(f"{what} must be a tensor from 0 to {len(tensors) - 1}, not {index}")
        return tensors[index]

    def operator(self, index: int, source: Any, tensors: list[Tensor]) -> Operator:
        what = f"operator {index}"
        code = source.OpcodeIndex()
        if code >= self.model.OperatorCodesLength():
            last = self.model.OperatorCodesLength() - 1
            raise self.refusal(f"{what} code must be from 0 to {last}, not {code}")
        outputs = [self.pick(tensors, x, what) for x in _numbers(source, "Outputs")]
        if not outputs or None in outputs:
            raise self.refusal(f"{what} must have an output")
        return Operator(
            kind=_kind(self.model.OperatorCodes(code)),
            inputs=tuple(self.pick(tensors, x, what) for x in _numbers(source, "Inputs")),
            outputs=tuple(x for x in outputs if x is not None),
            options=_options(source),
        )

    def tensor(self, index: int, source: Any) -> Tensor:
        quantization = source.Quantization()
        name = _printable(source.Name() or b"") or f"tensor_{index}"
        found = Tensor(
            index=index,
            name=name,
            kind=_TYPES.get(source.Type(), str(source.Type())),
            dims=tuple(_numbers(source, "Shape")),
            signature=tuple(_numbers(source, "ShapeSignature")),
            scale=np.array(_numbers(quantization, "Scale"), np.float32),
            zero_point=np.array(_numbers(quantization, "ZeroPoint"), np.int64),
            axis=quantization.QuantizedDimension() if quantization else 0,
            codes=self.codes(name, source),
        )
        if source.Sparsity() is not None or source.IsVariable():
            raise self.refusal(f"tensor {name} must be neither sparse nor a variable")
        return found

    def codes(self, name: str, source: Any) -> NDArray[Any] | None:
        if source.Buffer() >= self.model.BuffersLength():
            last = self.model.BuffersLength() - 1
            raise self.refusal(
                f"tensor {name} buffer must be from 0 to {last}, not {source.Buffer()}"
            )
        buffer = self.model.Buffers(source.Buffer())
        if buffer.Offset() or buffer.Size():
            raise self.refusal(f"tensor {name} must have its data in the model, not behind it")
        if source.Buffer() == 0 or buffer.DataLength() == 0:
            return None
        dims = _numbers(source, "Shape")
        dtype = _DTYPES.get(source.Type())
        if dtype is None:  # no operator that is supported reads such a constant
            return None
        size = math.prod(dims) * np.dtype(dtype).itemsize
        if min(dims, default=0) < 0 or size != buffer.DataLength():
            raise self.refusal(
                f"tensor {name} of shape {list(dims)} must hold {size} bytes, "
                f"not {buffer.DataLength()}"
            )
        return np.frombuffer(buffer.DataAsNumpy().tobytes(), dtype).reshape(dims)


def _numbers(table: Any, field: str) -> list[Any]:
    """Elements of a vector; none where the table or the vector is left out."""
    if table is None or getattr(table, f"{field}Length")() == 0:
        return []
    found: list[Any] = getattr(table, f"{field}AsNumpy")().tolist()
    return found


def _kind(code: Any) -> str:
    # Operators from 127 on stand in the wider field only, those of old files in the other. The
    # package answers with the narrow field where the wide one is small, so read it here.
    table = code._tab
    offset, wide = table.Offset(10), 0
    if offset:
        start = table.Pos + offset
        wide = int.from_bytes(table.Bytes[start : start + 4], "little", signed=True)
    narrow = int(code.DeprecatedBuiltinCode())
    if wide not in (0, narrow) and narrow not in (0, 127):
        return f"operator {narrow} and {wide} at once"
    number = max(narrow, wide)
    return _OPERATORS.get(number, f"operator {number}")


def _options(source: Any) -> Any:
    name = OPTIONS.get(source.BuiltinOptionsType())
    table = source.BuiltinOptions()
    if name is None or table is None:
        return None
    options = getattr(tflite, name)()
    options.Init(table.Bytes, table.Pos)
    return options


def _printable(name: bytes) -> str:
    """The first of the names that the converter joined with semicolons."""
    text = name.decode("utf-8", errors="replace").split(";")[0].strip()
    return "".join(x if x.isprintable() else "_" for x in text)
