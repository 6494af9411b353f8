"""The operators that a QDQ graph may hold, by their ONNX names."""

from collections.abc import Callable, Mapping

from hwgen.network.onnx.addition import add
from hwgen.network.onnx.concatenation import concat
from hwgen.network.onnx.convolution import convolution
from hwgen.network.onnx.file import Node
from hwgen.network.onnx.fully_connected import gemm, matmul
from hwgen.network.onnx.limits import clip, relu
from hwgen.network.onnx.movement import pad, slice_
from hwgen.network.onnx.pooling import (
    average_pool,
    global_average_pool,
    global_max_pool,
    max_pool,
    reduce_mean,
)
from hwgen.network.onnx.relabelling import (
    dropout,
    flatten,
    identity,
    squeeze,
    transpose,
    unsqueeze,
)
from hwgen.network.onnx.softmax import softmax
from hwgen.network.onnx.values import Operands, Value

__all__ = ["OPERATORS"]

OPERATORS: Mapping[str, Callable[[Node, Operands], Value]] = {
    "Add": add,
    "AveragePool": average_pool,
    "Clip": clip,
    "Concat": concat,
    "Conv": convolution,
    "Dropout": dropout,
    "Flatten": flatten,
    "Gemm": gemm,
    "GlobalAveragePool": global_average_pool,
    "GlobalMaxPool": global_max_pool,
    "Identity": identity,
    "MatMul": matmul,
    "MaxPool": max_pool,
    "Pad": pad,
    "ReduceMean": reduce_mean,
    "Relu": relu,
    "Slice": slice_,
    "Softmax": softmax,
    "Squeeze": squeeze,
    "Transpose": transpose,
    "Unsqueeze": unsqueeze,
}
