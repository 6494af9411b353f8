"""Small TFLite models, built operator by operator."""

import re

import flatbuffers
import numpy as np
import pytest
import tflite

from hwgen.errors import ModelError
from hwgen.network.tflite import load

__all__ = ["Builder", "refused"]

TYPES = {np.dtype(name): name.upper() for name in ("int8", "uint8", "int32", "int64", "float32")}


class Builder:
    """A TFLite graph in the making; tensors are known by number, in the order of their making.

    The input is tensor 0, of ``dims`` with the batch first. What ``tensor`` and ``operator``
    were told stands in ``tensors`` and ``operators``, which a test may change before ``save``.
    """

    def __init__(self, *dims, scale=0.05, zero_point=-3, kind="INT8"):
        self.tensors, self.operators = [], []
        self.inputs, self.outputs = [0], None  # the last operator's, unless a test says otherwise
        self.version, self.subgraphs = 3, 1
        self.tensor("image", dims, scale, zero_point, kind=kind)

    def tensor(self, name, dims, scale=None, zero_point=None, kind="INT8", **more):
        """An activation; a constant has ``data``. ``axis`` and ``signature`` are optional."""
        told = {"name": name, "dims": tuple(dims), "kind": kind}
        self.tensors.append(told | {"scale": scale, "zero_point": zero_point} | more)
        return len(self.tensors) - 1

    def constant(self, name, data, scale=None, zero_point=None, axis=0):
        data = np.asarray(data)
        kind = TYPES[data.dtype]
        return self.tensor(name, data.shape, scale, zero_point, kind, data=data, axis=axis)

    def indices(self, *values):
        return self.constant("indices", np.array(values, np.int32))

    def operator(self, kind, inputs, output, options=None, **values):
        """An operator; ``options`` names their table, ``values`` are its fields."""
        self.operators.append(
            {"kind": kind, "inputs": inputs, "outputs": [output]}
            | {"options": options, "values": values}
        )
        return output

    def multiplied(self, kind, source, weights, output, options, scales=0.01, axis=0, **values):
        """An operator with weights and a seeded bias."""
        rng = np.random.default_rng(len(self.tensors))
        scales = np.atleast_1d(np.asarray(scales, np.float32))
        filters = weights.shape[-1 if kind == "DEPTHWISE_CONV_2D" else 0]
        bias = rng.integers(-999, 999, filters, np.int32)
        unit = np.float32(self.tensors[source]["scale"]) * scales
        inputs = [
            source,
            self.constant("weights", weights, scales, np.zeros(len(scales)), axis),
            self.constant("bias", bias, unit, np.zeros(len(scales))),
        ]
        return self.operator(kind, inputs, output, options, **values)

    def save(self, path):
        path.write_bytes(self.bytes())
        return path

    def bytes(self):
        b = flatbuffers.Builder(1024)
        datas = [x["data"] for x in self.tensors if x.get("data") is not None]
        buffers = [self._buffer(b, None), *(self._buffer(b, x) for x in datas)]
        kinds = sorted({x["kind"] for x in self.operators})
        graphs = [self._graph(b, kinds) for _ in range(self.subgraphs)]
        codes = [self._code(b, x) for x in kinds]
        fields = {
            "Version": self.version,
            "OperatorCodes": _tables(b, "Model", "OperatorCodes", codes),
            "Subgraphs": _tables(b, "Model", "Subgraphs", graphs),
            "Buffers": _tables(b, "Model", "Buffers", buffers),
        }
        b.Finish(_table(b, "Model", fields), file_identifier=b"TFL3")
        return bytes(b.Output())

    def _buffer(self, b, data):
        if data is None:
            return _table(b, "Buffer", {})
        return _table(b, "Buffer", {"Data": b.CreateByteVector(np.asarray(data).tobytes())})

    def _code(self, b, kind):
        number = getattr(tflite.BuiltinOperator, kind)
        fields = {"DeprecatedBuiltinCode": min(number, 127), "BuiltinCode": number, "Version": 1}
        return _table(b, "OperatorCode", fields)

    def _graph(self, b, kinds):
        number, tensors = 0, []
        for told in self.tensors:
            number += told.get("data") is not None
            tensors.append(self._tensor(b, told, number if told.get("data") is not None else 0))
        operators = [self._operator(b, x, kinds) for x in self.operators]
        outputs = self.operators[-1]["outputs"] if self.outputs is None else self.outputs
        fields = {
            "Tensors": _tables(b, "SubGraph", "Tensors", tensors),
            "Inputs": b.CreateNumpyVector(np.array(self.inputs, np.int32)),
            "Outputs": b.CreateNumpyVector(np.array(outputs, np.int32)),
            "Operators": _tables(b, "SubGraph", "Operators", operators),
        }
        return _table(b, "SubGraph", fields)

    def _tensor(self, b, told, buffer):
        fields = {
            "Shape": b.CreateNumpyVector(np.array(told["dims"], np.int32)),
            "Type": getattr(tflite.TensorType, told["kind"]),
            "Buffer": told.get("buffer", buffer),
            "Name": b.CreateString(told["name"]),
        }
        if told["scale"] is not None:
            scale, zero = np.atleast_1d(told["scale"]), np.atleast_1d(told["zero_point"])
            meaning = {
                "Scale": b.CreateNumpyVector(scale.astype(np.float32)),
                "ZeroPoint": b.CreateNumpyVector(zero.astype(np.int64)),
                "QuantizedDimension": told.get("axis", 0),
            }
            fields["Quantization"] = _table(b, "QuantizationParameters", meaning)
        if told.get("signature"):
            fields["ShapeSignature"] = b.CreateNumpyVector(np.array(told["signature"], np.int32))
        return _table(b, "Tensor", fields)

    def _operator(self, b, told, kinds):
        fields = {
            "OpcodeIndex": kinds.index(told["kind"]),
            "Inputs": b.CreateNumpyVector(np.array(told["inputs"], np.int32)),
            "Outputs": b.CreateNumpyVector(np.array(told["outputs"], np.int32)),
        }
        if told["options"] is not None:
            values = {
                name: b.CreateNumpyVector(np.array(x, np.int32)) if isinstance(x, list) else x
                for name, x in told["values"].items()
            }
            fields["BuiltinOptionsType"] = getattr(tflite.BuiltinOptions, told["options"])
            fields["BuiltinOptions"] = _table(b, told["options"], values)
        return _table(b, "Operator", fields)


def refused(builder, tmp_path, message):
    """Whether loading says exactly ``message`` about the file."""
    path = builder.save(tmp_path / "m.tflite")
    with pytest.raises(ModelError, match=rf"^{re.escape(f'model {path} {message}')}$"):
        load(path)


def _table(b, kind, fields):
    getattr(tflite, f"{kind}Start")(b)
    for name, value in fields.items():
        getattr(tflite, f"{kind}Add{name}")(b, value)
    return getattr(tflite, f"{kind}End")(b)


def _tables(b, kind, name, entries):
    getattr(tflite, f"{kind}Start{name}Vector")(b, len(entries))
    for entry in reversed(entries):
        b.PrependUOffsetTRelative(entry)
    return b.EndVector()
