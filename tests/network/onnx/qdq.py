"""Small QDQ models, built node by node."""

import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hwgen.errors import ModelError
from hwgen.network.onnx import load

__all__ = ["Builder", "refused", "small_model"]


class Builder:
    """An ONNX graph in the making; every method returns the name of the tensor it makes.

    The input is float32 ``[batch, *shape]`` with ``shape`` channels first.
    """

    def __init__(self, shape, scale=0.05, zero_point=0, dtype=np.uint8, opset=17, batch="N"):
        self.shape = (batch, *shape)
        self.opset = opset
        self.nodes, self.constants = [], []
        self.source = self.quantize("image", scale, zero_point, dtype)

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def quantize(self, tensor, scale, zero_point=0, dtype=np.uint8):
        """QuantizeLinear and DequantizeLinear of an activation."""
        parameters = [
            self.constant(f"{tensor}.scale", np.float32(scale)),
            self.constant(f"{tensor}.zero", dtype(zero_point)),
        ]
        self.node("QuantizeLinear", [tensor, *parameters], f"{tensor}.codes")
        return self.node("DequantizeLinear", [f"{tensor}.codes", *parameters], f"{tensor}.real")

    def dequantize(self, name, codes, scale, axis=0, zero_point=None):
        """DequantizeLinear of a constant."""
        inputs = [
            self.constant(f"{name}.codes", codes),
            self.constant(f"{name}.scale", np.asarray(scale, dtype=np.float32)),
        ]
        if zero_point is not None:
            inputs.append(self.constant(f"{name}.zero", zero_point))
        return self.node("DequantizeLinear", inputs, f"{name}.real", axis=axis)

    def weights(self, name, shape, scale, axis=0, zero_point=None, dtype=np.int8, seed=0):
        """Random weights; ``zero_point`` is one number or one per index of ``axis``."""
        limits = np.iinfo(dtype)
        codes = np.random.default_rng(seed).integers(limits.min, limits.max + 1, shape, dtype)
        zero_point = None if zero_point is None else np.asarray(zero_point, dtype)
        return self.dequantize(name, codes, scale, axis, zero_point)

    def model(self, output="logits"):
        graph = helper.make_graph(
            self.nodes,
            "test",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            self.constants,
        )
        opsets = [helper.make_opsetid("", self.opset)]
        version = 8 if self.opset < 21 else 10
        model = helper.make_model(graph, opset_imports=opsets, ir_version=version)
        model = onnx.shape_inference.infer_shapes(model)
        kind = model.graph.output[0].type.tensor_type
        if not kind.HasField("shape"):  # a model that is wrong on purpose
            kind.shape.dim.add().dim_param = "N"
        del model.graph.value_info[:]
        return model

    def save(self, path, output="logits"):
        onnx.save(self.model(output), path)
        return path


def small_model(scale=0.05, relu=True, **attributes):
    """``[2, 4, 4]`` image, a 3x3 convolution ``conv`` of 3 filters, per-filter scales, ``relu``."""
    builder = Builder((2, 4, 4), scale)
    rng = np.random.default_rng(0)
    scales = np.array([0.01, 0.02, 0.03], np.float32)
    weights = builder.dequantize("w", rng.integers(-127, 128, (3, 2, 3, 3), np.int8), scales)
    bias = builder.dequantize("b", rng.integers(-99, 99, 3, np.int32), scales * np.float32(scale))
    attributes = {"pads": [1, 1, 1, 1]} | attributes
    builder.node("Conv", [builder.source, weights, bias], "conv", **attributes)
    if relu:
        builder.quantize(builder.node("Relu", ["conv"], "relu"), 0.1)
    return builder


def refused(builder, tmp_path, message, output="relu.real"):
    """Whether loading says exactly ``message`` about the file."""
    path = builder.save(tmp_path / "m.onnx", output)
    with pytest.raises(ModelError, match=rf"^{re.escape(f'model {path} {message}')}$"):
        load(path)
