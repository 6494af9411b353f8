"""Mutations of what an ONNX file says: operators, attributes, shapes, types, constants, names."""

import contextlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

__all__ = ["mutate"]

INTEGERS = (-(2**63), -(2**31), -129, -3, -2, -1, 0, 1, 2, 3, 5, 7, 128, 255, 256, 2**31, 2**62)
FLOATS = (float("nan"), float("inf"), -float("inf"), -1.0, 0.0, 1e-45, 1e-30, 0.5, 1.0, 3.0, 1e30)
OPERATORS = (
    *("Conv", "Gemm", "MatMul", "Add", "MaxPool", "AveragePool", "GlobalAveragePool", "Concat"),
    *("Relu", "Clip", "Flatten", "Reshape", "Pad", "Slice", "Transpose", "Softmax", "Identity"),
    *("QuantizeLinear", "DequantizeLinear", "Mul", "Sub", "ReduceMean", "Squeeze", "Unsqueeze"),
    *("QLinearConv", "QLinearMatMul", "Sigmoid", "Constant", "Dropout", "If", "Loop"),
)
NAMES = ("", "x", "image", "two\nlines", "x" * 5000, "nul\0", "\u202e", "é")


def mutate(whole, random_, count):
    """``count`` mutations of the model ``whole``, which is bytes."""
    model = onnx.ModelProto.FromString(whole)
    for _ in range(count):
        with contextlib.suppress(Exception):  # an earlier mutation may have made it impossible
            random_.choice(_MUTATIONS)(model.graph, random_)
    if random_.random() < 0.03:
        model.opset_import[0].version = random_.choice((0, 1, 7, 10, 13, 19, 21, 23, 999))
    return model.SerializeToString()


def _attribute(graph, random_):
    node = random_.choice(graph.node)
    if not node.attribute or random_.random() < 0.1:
        name = random_.choice(("axis", "group", "pads", "strides", "auto_pad", "ceil_mode", "odd"))
        value = random_.choice((random_.choice(INTEGERS), [1, 1], [1, 2, 1, 2], "SAME_UPPER", 1.5))
        node.attribute.append(helper.make_attribute(name, value))
        return
    attribute = random_.choice(node.attribute)
    if attribute.ints and random_.random() < 0.8:
        index = random_.randrange(len(attribute.ints))
        attribute.ints[index] = random_.choice((*INTEGERS, attribute.ints[index] + 1))
    elif attribute.ints:
        del attribute.ints[random_.randrange(len(attribute.ints))]
    elif random_.random() < 0.2:
        node.attribute.remove(attribute)
    elif random_.random() < 0.2:
        attribute.type = random_.randrange(13)
    elif attribute.type == onnx.AttributeProto.FLOAT:
        attribute.f = random_.choice(FLOATS)
    else:
        attribute.i = random_.choice(INTEGERS)


def _operator(graph, random_):
    node = random_.choice(graph.node)
    node.op_type = random_.choice(OPERATORS)


def _domain(graph, random_):
    random_.choice(graph.node).domain = random_.choice(("", "ai.onnx", "com.microsoft", "x"))


def _inputs(graph, random_):
    node = random_.choice(graph.node)
    every = [name for other in graph.node for name in (*other.input, *other.output)]
    if node.input and random_.random() < 0.7:
        node.input[random_.randrange(len(node.input))] = random_.choice((*every, ""))
    elif node.input and random_.random() < 0.5:
        del node.input[random_.randrange(len(node.input))]
    else:
        node.input.append(random_.choice(every))


def _outputs(graph, random_):
    node = random_.choice(graph.node)
    if random_.random() < 0.5:
        node.output.append("another")
    elif node.output:
        node.output[0] = random_.choice(NAMES)


def _nodes(graph, random_):
    index = random_.randrange(len(graph.node))
    kind = random_.random()
    if kind < 0.4 and len(graph.node) > 1:
        del graph.node[index]
    elif kind < 0.7:
        graph.node.add().CopyFrom(graph.node[index])
    else:
        other, copy = random_.randrange(len(graph.node)), onnx.NodeProto()
        copy.CopyFrom(graph.node[index])
        graph.node[index].CopyFrom(graph.node[other])
        graph.node[other].CopyFrom(copy)


def _name(graph, random_):
    owner = random_.choice((*graph.node, *graph.initializer, *graph.input, *graph.output))
    others = [x.name for x in (*graph.node, *graph.initializer)]
    owner.name = random_.choice((*NAMES, random_.choice(others)))


def _interface(graph, random_):
    value = random_.choice((*graph.input, *graph.output)).type.tensor_type
    if random_.random() < 0.3:
        value.elem_type = random_.randrange(24)
    elif value.shape.dim:
        size = random_.choice(value.shape.dim)
        if random_.random() < 0.2:
            size.dim_param = "size"
        else:
            size.dim_value = random_.choice((*INTEGERS, size.dim_value + 1))


def _declaration(graph, random_):
    """Type or shape of a constant, without its data."""
    tensor = random_.choice(graph.initializer)
    if random_.random() < 0.5:
        tensor.data_type = random_.randrange(24)
    elif tensor.dims:
        index = random_.randrange(len(tensor.dims))
        tensor.dims[index] = random_.choice((*INTEGERS, tensor.dims[index] + 1))
    else:
        tensor.dims.append(random_.choice((0, 1, 2, -1)))


def _values(graph, random_):
    """Some values of a constant: a scale, a zero point, a weight, a shape."""
    tensor = random_.choice(graph.initializer)
    value = numpy_helper.to_array(tensor).copy()
    if not value.size:
        return
    flat, index = value.reshape(-1), random_.randrange(value.size)
    if value.dtype.kind == "f":
        flat[index] = random_.choice((*FLOATS, float(flat[index]) * 1.01, -float(flat[index])))
    elif value.dtype.kind in "iu":
        kind = np.iinfo(value.dtype)
        chosen = random_.choice((*INTEGERS, kind.min, kind.max, int(flat[index]) + 1))
        flat[index] = min(max(chosen, kind.min), kind.max)
    tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))


def _kind(graph, random_):
    """The same values of a constant in another type."""
    tensor = random_.choice(graph.initializer)
    kind = random_.choice((np.int8, np.uint8, np.int32, np.int64, np.float32, np.float64))
    with np.errstate(all="ignore"):
        value = numpy_helper.to_array(tensor).astype(kind)
    tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))


def _form(graph, random_):
    """The values of a constant in another shape."""
    tensor = random_.choice(graph.initializer)
    value = numpy_helper.to_array(tensor)
    kind = random_.random()
    if kind < 0.3:
        value = value.reshape(-1)
    elif kind < 0.6:
        value = value.reshape((1, *value.shape))
    elif kind < 0.8:
        value = np.concatenate([value.reshape(-1)] * 2)
    else:
        value = np.zeros((0,), value.dtype)
    tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))


def _storage(graph, random_):
    tensor = random_.choice(graph.initializer)
    if random_.random() < 0.5 and tensor.raw_data:
        tensor.raw_data = tensor.raw_data[: random_.randrange(len(tensor.raw_data))]
    elif random_.random() < 0.5:
        tensor.data_location = TensorProto.EXTERNAL
    else:
        tensor.ClearField("raw_data")


_MUTATIONS = (
    *(_attribute, _attribute, _operator, _domain, _inputs, _inputs, _outputs, _nodes, _name),
    *(_interface, _declaration, _values, _values, _values, _kind, _form, _storage),
)
