"""Every quantized tensor of a QDQ model, as onnxruntime computes it without optimizations."""

import numpy as np
import onnx
import onnxruntime

__all__ = ["disagreement", "reference_tensors"]

_TRANSPARENT = {"Relu", "Clip", "Flatten", "Reshape", "QuantizeLinear", "DequantizeLinear"}


def reference_tensors(path, network, images):
    """u8 codes ``[N, H, W, C]`` of every tensor of ``network``, for u8 input codes."""
    model = onnx.load(path)
    producers = {x.output[0]: x for x in model.graph.node}
    names = {}
    for node in model.graph.node:
        if node.op_type == "QuantizeLinear":
            source = node.input[0]
            while source in producers and producers[source].op_type in _TRANSPARENT:
                source = producers[source].input[0]
            layer = producers[source].name if source in producers else source
            names.setdefault(layer, node.output[0])
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=x) for x in names.values())
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    quantization = network.input_quantization
    values = (images.astype(np.float32) - quantization.zero_point) * np.float32(quantization.scale)
    found = session.run(list(names.values()), {network.input_name: values.transpose(0, 3, 1, 2)})
    return {layer: _codes(x, network.shapes[layer]) for layer, x in zip(names, found, strict=True)}


def disagreement(found, expected):
    """Share of codes that differ, and the largest difference."""
    difference = np.abs(found.astype(int) - expected.astype(int))
    return float((difference > 0).mean()), int(difference.max())


def _codes(x, shape):
    codes = x.astype(np.int64) + (128 if x.dtype == np.int8 else 0)
    height, width, channels = shape
    return codes.reshape(-1, channels, height, width).transpose(0, 2, 3, 1).astype(np.uint8)
