"""Small models of operators on codes, built node by node."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

__all__ = ["Builder", "reference"]

MICROSOFT = "com.microsoft"


class Builder:
    """An ONNX graph of operators on codes; every method returns the tensor it makes.

    The input is float32 ``[N, *shape]``; ``self.codes`` are its codes. ``quantization`` of a
    tensor is its scale and zero point.
    """

    def __init__(self, shape, scale=0.05, zero_point=0, dtype=np.uint8):
        self.shape, self.dtype = shape, dtype
        self.nodes, self.constants, self.quantization = [], [], {}
        self.rng = np.random.default_rng(0)
        self.codes = self.node("QuantizeLinear", ["image"], "codes", scale, zero_point)

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, operator, inputs, output, scale=None, zero_point=0, **attributes):
        """A node; with ``scale``, that and the zero point are its last inputs."""
        if scale is not None:
            self.quantization[output] = self.parameters(output, scale, zero_point)
            inputs = [*inputs, *self.quantization[output]]
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def parameters(self, name, scale, zero_point=0, dtype=None):
        return [
            self.constant(f"{name}.scale", np.asarray(scale, np.float32)),
            self.constant(f"{name}.zero", np.asarray(zero_point, dtype or self.dtype)),
        ]

    def operand(self, tensor):
        """A tensor followed by its scale and zero point."""
        return [tensor, *self.quantization[tensor]]

    def weights(self, shape, scale, zero_point=0, dtype=np.int8):
        """Random constant codes, followed by their scale and zero point."""
        kind = np.iinfo(dtype)
        codes = self.rng.integers(kind.min, kind.max, shape, dtype, endpoint=True)
        name = f"w{len(self.constants)}"
        return [self.constant(name, codes), *self.parameters(name, scale, zero_point, dtype)]

    def bias(self, filters):
        return self.constant(
            f"b{len(self.constants)}", self.rng.integers(-999, 999, filters, np.int32)
        )

    def convolution(self, source, output, weights, scale, zero_point=0, bias=None, **attributes):
        parameters = self.quantization[output] = self.parameters(output, scale, zero_point)
        inputs = [*self.operand(source), *weights, *parameters, *([bias] if bias else [])]
        return self.node("QLinearConv", inputs, output, **attributes)

    def microsoft(self, operator, inputs, output, scale, zero_point=0, **attributes):
        return self.node(
            operator, inputs, output, scale, zero_point, domain=MICROSOFT, **attributes
        )

    def moved(self, operator, source, output, *others, **attributes):
        """A plain operator on codes, which keeps their quantization."""
        self.quantization[output] = self.quantization[source]
        return self.node(operator, [source, *others], output, **attributes)

    def save(self, path, output):
        """Write the model, whose result is the real numbers of ``output``."""
        self.node("DequantizeLinear", self.operand(output), "real")
        graph = helper.make_graph(
            self.nodes,
            "test",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", *self.shape])],
            [helper.make_tensor_value_info("real", TensorProto.FLOAT, None)],
            self.constants,
        )
        graph.output[0].type.tensor_type.shape.dim.add().dim_param = "N"
        domains = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
        onnx.save(helper.make_model(graph, opset_imports=domains, ir_version=8), path)
        return path


def reference(path, network, tensors, images):
    """Codes of ``tensors`` (layer name to tensor name), as onnxruntime computes them.

    They are u8 and channels last, for u8 input codes ``images``.
    """
    model = onnx.load(path)
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=x) for x in tensors.values())
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    source = network.input_quantization
    values = (images.astype(np.float32) - source.zero_point) * np.float32(source.scale)
    found = session.run(list(tensors.values()), {network.input_name: values.transpose(0, 3, 1, 2)})
    result = {}
    for layer, x in zip(tensors, found, strict=True):
        height, width, channels = network.shapes[layer]
        if x.dtype == np.float32:  # between a DequantizeLinear and the next QuantizeLinear
            target = network.quantizations[layer]
            x = np.rint(x / target.scale) + target.zero_point
        codes = x.astype(np.int64) + (128 if x.dtype == np.int8 else 0)
        codes = codes.reshape(-1, channels, height, width).transpose(0, 2, 3, 1)
        result[layer] = codes.astype(np.uint8)
    return result
