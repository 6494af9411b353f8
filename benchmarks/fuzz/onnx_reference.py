"""Codes of a quantized ONNX model's tensors, as onnxruntime computes them."""

import numpy as np
import onnx
import onnxruntime

from benchmarks.fuzz.quant_definition import without_quant
from hwgen.network.onnx.importer import read
from hwgen.network.onnx.qdq import Walk
from hwgen.network.onnx.values import Activation

__all__ = ["tensors"]


def tensors(path, network, images):
    """Codes ``[N, H, W, C]`` by layer name, for u8 input codes ``images``.

    Some layers' may be missing (requantizations in front of a Concat), the last one's not.
    """
    graph = read(path)
    model = onnx.load(path)
    values = Walk(graph).values
    made = [x for node in model.graph.node for x in node.output]
    real = [x.outputs[0] for x in graph.nodes if x.operator == "DequantizeLinear"]
    wanted = {}  # real numbers where there are any: codes may be held in another way
    for name in (x for x in [model.graph.output[0].name, *real, *made] if x in made):
        value = values.get(name)
        if isinstance(value, Activation) and value.name in network.shapes:
            wanted.setdefault(value.name, name)
    without_quant(model)
    found = _run(model, list(wanted.values()), network, images, values[graph.input_name])
    return {
        layer: _ours(x, values[name])
        for (layer, name), x in zip(wanted.items(), found, strict=True)
    }


def _run(model, names, network, images, source):
    last = model.graph.output[0]
    del model.graph.output[1:]
    model.graph.output.extend(onnx.ValueInfoProto(name=x) for x in names if x != last.name)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    coding = network.input_quantization
    values = (images.astype(np.float32) - coding.zero_point) * np.float32(coding.scale)
    values = _theirs(values, source)
    batch = session.get_inputs()[0].shape[0]
    size = batch if isinstance(batch, int) and batch > 0 else len(images)
    values = np.resize(values, (-(-len(images) // size) * size, *values.shape[1:]))
    parts = [
        session.run(names, {network.input_name: values[start : start + size]})
        for start in range(0, len(values), size)
    ]
    return [np.concatenate(x)[: len(images)] for x in zip(*parts, strict=True)]


def _order(value):
    """The graph's axes in the order that ONNX has them; those of length 1 last."""
    order = [axis for group in value.axes for axis in group]
    return order + sorted({0, 1, 2} - set(order))


def _theirs(x, value):
    sizes = [int(np.prod([value.shape[axis] for axis in group])) for group in value.axes]
    return x.transpose(0, *(axis + 1 for axis in _order(value))).reshape(len(x), *sizes)


def _ours(x, value):
    quantization = value.coding.quantization
    if x.dtype.kind == "f":
        codes = np.rint(x.astype(np.float64) / quantization.scale) + quantization.zero_point
    else:
        codes = x.astype(np.int64) + value.coding.offset
    order = _order(value)
    wide = codes.reshape(len(codes), *(value.shape[axis] for axis in order))
    return wide.transpose(0, *(np.argsort(order) + 1)).astype(np.int64)
