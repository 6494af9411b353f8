"""Small models with Quant nodes, and what they compute by definition."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from benchmarks.fuzz.quant_definition import without_quant

__all__ = ["Builder", "reference"]

DOMAIN = "qonnx.custom_op.general"


class Builder:
    """An ONNX graph with Quant nodes; every method returns the tensor it makes.

    The input is float32 ``[N, *shape]``. With ``form="qcdq"`` activations and weights are
    quantized by QuantizeLinear, Clip and DequantizeLinear instead.
    """

    def __init__(self, shape, form="quant"):
        self.shape, self.form = shape, form
        self.nodes, self.constants = [], []
        self.rng = np.random.default_rng(0)

    def constant(self, name, value, dtype=np.float32):
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def quant(self, source, scale, bits, zero=0, signed=0, narrow=0, **attributes):
        if self.form == "qcdq" and bits <= 8:
            return self._qcdq(source, np.asarray(scale), bits, zero, signed, narrow)
        inputs = [
            source,
            self.constant(f"{source}.scale", scale),
            self.constant(f"{source}.zero", zero),
            self.constant(f"{source}.bits", bits),
        ]
        attributes = {"domain": DOMAIN, "rounding_mode": "ROUND"} | attributes
        return self.node(
            "Quant", inputs, f"{source}.quant", signed=signed, narrow=narrow, **attributes
        )

    def _qcdq(self, source, scale, bits, zero, signed, narrow):
        kind = np.int8 if signed else np.uint8
        top = 2 ** (bits - signed) - 1
        low, high = (narrow - top - 1, top) if signed else (0, top - narrow)
        axis = int(np.argmax(scale.shape)) if scale.size > 1 else 0
        scale = scale.reshape(-1) if scale.size > 1 else scale.reshape(())
        parameters = [
            self.constant(f"{source}.scale", scale),
            self.constant(f"{source}.zero", np.full(scale.shape, zero), kind),
        ]
        codes = self.node("QuantizeLinear", [source, *parameters], f"{source}.codes", axis=axis)
        limits = [
            self.constant(f"{source}.low", low, kind),
            self.constant(f"{source}.high", high, kind),
        ]
        self.node("Clip", [codes, *limits], f"{source}.limited")
        return self.node(
            "DequantizeLinear", [f"{source}.limited", *parameters], f"{source}.quant", axis=axis
        )

    def weights(self, name, shape, scale, bits, **attributes):
        """Quantized random numbers, which mostly lie within the codes' range."""
        spread = np.max(scale) * 2.0 ** (bits - 1) / 2
        self.constant(name, self.rng.normal(0, spread, shape))
        return self.quant(name, scale, bits, signed=1, **attributes)

    def model(self, output):
        graph = helper.make_graph(
            self.nodes,
            "test",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", *self.shape])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            self.constants,
        )
        graph.output[0].type.tensor_type.shape.dim.add().dim_param = "N"
        domains = [helper.make_opsetid("", 17), helper.make_opsetid(DOMAIN, 1)]
        return helper.make_model(graph, opset_imports=domains, ir_version=8)

    def save(self, path, output):
        onnx.save(self.model(output), path)
        return path


def reference(path, network, tensors, images):
    """Codes of ``tensors`` (layer name to tensor name of real numbers), channels last.

    Quant is computed as it is defined.
    """
    model = onnx.load(path)
    without_quant(model)
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=x) for x in tensors.values())
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    source = network.input_quantization
    values = (images.astype(np.float32) - source.zero_point) * np.float32(source.scale)
    found = session.run(list(tensors.values()), {"image": values.transpose(0, 3, 1, 2)})
    result = {"image": images}
    for layer, x in zip(tensors, found, strict=True):
        height, width, channels = network.shapes[layer]
        target = network.quantizations[layer]
        codes = x.astype(np.float64) / target.scale + target.zero_point
        np.testing.assert_allclose(codes, np.rint(codes), atol=1e-3)
        codes = np.rint(codes).reshape(-1, channels, height, width)
        result[layer] = codes.transpose(0, 2, 3, 1).astype(np.uint8)
    return result
