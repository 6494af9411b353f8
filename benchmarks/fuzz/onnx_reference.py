"""Codes of a quantized ONNX model's tensors, as onnxruntime computes them."""

import numpy as np
import onnx
import onnxruntime

from benchmarks.fuzz.quant_definition import without_quant

__all__ = ["tensors"]

_TRANSPARENT = {"Relu", "Clip", "Flatten", "Reshape", "Transpose", "Squeeze", "Unsqueeze"} | {
    *("Identity", "QuantizeLinear", "DequantizeLinear", "Dropout")
}


def tensors(path, network, images):
    """Codes by layer name, for u8 input codes; some layers' may be missing, the last one's not.

    s8 codes are 128 higher. Shapes are onnxruntime's.
    """
    model = onnx.load(path)
    without_quant(model)
    producers = {x.output[0]: x for x in model.graph.node if x.output}
    names = {}
    for node in model.graph.node:
        if node.op_type == "QuantizeLinear":
            source = node.input[0]
            while source in producers and producers[source].op_type in _TRANSPARENT:
                source = producers[source].input[0]
            if source in producers:
                names.setdefault(producers[source].name or source, node.output[0])
        elif "QLinear" in node.op_type or "QGemm" in node.op_type:
            names[node.name or node.output[0]] = node.output[0]
    names = {layer: tensor for layer, tensor in names.items() if layer in network.shapes}
    last = model.graph.output[0].name
    outputs = list(dict.fromkeys([last, *names.values()]))
    kept = [x for x in model.graph.output if x.name == last]
    del model.graph.output[:]
    model.graph.output.extend([*kept, *(onnx.ValueInfoProto(name=x) for x in outputs if x != last)])
    found = dict(zip(outputs, _run(model, outputs, network, images), strict=True))
    result = {layer: _codes(found[tensor]) for layer, tensor in names.items()}
    layer = network.layers[-1]
    return {k: v for k, v in result.items() if v is not None} | {
        layer.name: _codes(found[last], layer.quantization)
    }


def _run(model, outputs, network, images):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    source = network.input_quantization
    values = (images.astype(np.float32) - source.zero_point) * np.float32(source.scale)
    values = values.transpose(0, 3, 1, 2)
    batch = session.get_inputs()[0].shape[0]
    size = batch if isinstance(batch, int) and batch > 0 else len(images)
    values = np.resize(values, (-(-len(images) // size) * size, *values.shape[1:]))
    parts = [
        session.run(outputs, {network.input_name: values[start : start + size]})
        for start in range(0, len(values), size)
    ]
    return [np.concatenate(x)[: len(images)] for x in zip(*parts, strict=True)]


def _codes(x, quantization=None):
    if x.dtype == np.uint8:
        return x.astype(np.int64)
    if x.dtype == np.int8:
        return x.astype(np.int64) + 128
    if quantization is None:
        return None
    codes = np.rint(x.astype(np.float64) / quantization.scale) + quantization.zero_point
    return codes.astype(np.int64)
