"""The digits network before quantization: its layers as a float ONNX graph."""

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

__all__ = ["CONVOLUTIONS", "float_model"]

# name: filters, input channels, stride; 3x3 kernels, one pixel of padding
CONVOLUTIONS = {
    "conv1": (8, 1, 1),
    "conv2": (8, 8, 1),
    "conv3": (8, 8, 1),
    "conv4": (16, 8, 2),
    "conv5": (16, 16, 1),
}


def float_model(parameters: Mapping[str, NDArray[np.float32]]) -> onnx.ModelProto:
    """The network with trained ``parameters``: ``<layer>.weight`` and ``<layer>.bias``."""

    def convolution(name: str, source: str) -> onnx.NodeProto:
        stride = CONVOLUTIONS[name][2]
        return helper.make_node(
            "Conv",
            [source, f"{name}.weight", f"{name}.bias"],
            [f"{name}_sum"],
            name=name,
            kernel_shape=[3, 3],
            strides=[stride, stride],
            pads=[1, 1, 1, 1],
        )

    def relu(name: str, source: str) -> onnx.NodeProto:
        return helper.make_node("Relu", [source], [name], name=name)

    nodes = [
        convolution("conv1", "image"),
        relu("relu1", "conv1_sum"),
        convolution("conv2", "relu1"),
        relu("relu2", "conv2_sum"),
        convolution("conv3", "relu2"),
        helper.make_node("Add", ["conv3_sum", "relu1"], ["add_sum"], name="add"),
        relu("relu3", "add_sum"),
        convolution("conv4", "relu3"),
        relu("relu4", "conv4_sum"),
        convolution("conv5", "relu4"),
        relu("relu5", "conv5_sum"),
        helper.make_node(
            "AveragePool", ["relu5"], ["pooled"], name="pool", kernel_shape=[2, 2], strides=[2, 2]
        ),
        helper.make_node("Flatten", ["pooled"], ["flat"], name="flatten"),
        helper.make_node("Gemm", ["flat", "fc.weight", "fc.bias"], ["logits"], name="fc", transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(value, name) for name, value in parameters.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="hwgen", ir_version=8
    )
    onnx.checker.check_model(model)
    return model
