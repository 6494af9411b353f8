"""Every tensor of a quantized model, as onnxruntime computes it without optimizations."""

import numpy as np
import onnx
import onnxruntime

from hwgen import golden
from hwgen.golden.im2col import windows
from hwgen.golden.pool import taps_inside
from hwgen.network.graph import Pool
from hwgen.network.onnx.importer import read
from hwgen.network.onnx.qdq import Walk
from hwgen.network.onnx.values import Activation

__all__ = ["check", "compare", "differing", "disagreement", "reference_tensors"]


def reference_tensors(path, network, images):
    """u8 codes ``[N, H, W, C]`` of the tensors of a QDQ model, for u8 input codes.

    Requantizations in front of a Concat have none.
    """
    graph = read(path)
    values = Walk(graph).values
    made = {name for x in onnx.load(path).graph.node for name in x.output}  # before rewriting
    nodes = [x for x in graph.nodes if x.outputs[0] in made]
    codes = [x.outputs[0] for x in nodes if x.operator == "QuantizeLinear"]
    real = [x.outputs[0] for x in nodes if x.operator != "QuantizeLinear"]
    codes = [x for x in codes if values[x].coding.high == 255]  # NumPy has no 4-bit numbers
    tensors = {}  # of the network, each with a tensor of the model: one of codes, if possible
    for name in [*codes, *real]:
        value = values[name]
        if isinstance(value, Activation) and value.name in network.shapes:
            tensors.setdefault(value.name, (name, value))
    source = values[graph.input_name]
    quantization = network.input_quantization
    image = (images.astype(np.float32) - quantization.zero_point) * np.float32(quantization.scale)
    found = _run(path, [name for name, _ in tensors.values()], _to_onnx(image, source))
    return {
        name: _from_onnx(x, value, name)
        for (name, (_, value)), x in zip(tensors.items(), found, strict=True)
    }


def compare(network, reference, share, compute=None):
    """Check every layer on its own, fed with the reference's tensors; see :func:`differing`."""
    check(differing(network, reference, compute), share)


def check(counts, share):
    """At most ``share`` of a layer's codes (but always one) may differ: see :func:`differing`."""
    for layer, (count, size) in counts.items():
        assert count <= max(1, share * size), f"{layer}: {count} of {size}"


def differing(network, reference, compute=None):
    """Of each layer, fed with the reference's tensors: codes that differ, and all its codes.

    ``compute(layer, tensors)`` gives a layer's codes; golden, if there is none. None may differ
    by more than one: those where a float32 sum falls on the other side of a tie. Averages of a
    few codes often are ties; they do not count.
    """
    mapping = golden.exact_mapping(network)
    tensors, counts = dict(reference), {}
    for layer in network.layers:
        if compute is None:
            found = golden.step(network, layer, tensors, mapping)
        else:
            found = compute(layer, tensors)
        expected = tensors.setdefault(layer.name, found)
        assert disagreement(found, expected)[1] <= 1, layer.name
        wrong = found != expected
        if isinstance(layer, Pool) and layer.kind == "average":
            wrong &= ~_ties(network, layer, tensors[layer.inputs[0]])
        assert len(np.unique(found)) > 3, f"{layer.name} is too flat to judge"
        counts[layer.name] = int(wrong.sum()), found.size
    return counts


def disagreement(found, expected):
    """Share of codes that differ, and the largest difference."""
    difference = np.abs(found.astype(int) - expected.astype(int))
    return float((difference > 0).mean()), int(difference.max())


def _run(path, names, values):
    model = onnx.load(path)
    name = model.graph.input[0].name
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=x) for x in names)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return session.run(names, {name: values})


def _ties(network, layer, codes):
    """Where an average lies half way between two codes, as far as float32 can tell."""
    zero_point = network.quantizations[layer.inputs[0]].zero_point
    taps = windows(codes, layer.kernel, layer.stride, layer.padding, zero_point)
    sums = taps.sum(axis=(3, 4), dtype=np.float64) - zero_point * np.prod(layer.kernel)
    factors = [x.multiplier * 2.0**-x.right for x in layer.by_taps or (layer.rescale,)]
    inside = taps_inside(layer, codes.shape[1:3])[..., None] if layer.by_taps else 1
    steps = sums * np.array(factors)[inside - 1]
    return np.abs(steps - np.floor(steps) - 0.5) < 1e-3


def _to_onnx(x, value):
    """``[N, H, W, C]`` in the order that the model sees."""
    order = [axis for group in value.axes for axis in group]
    moved = x.transpose(0, *(axis + 1 for axis in order), *(_units(order, value.shape) + 1))
    return moved.reshape(len(x), *(int(np.prod([value.shape[i] for i in g])) for g in value.axes))


def _from_onnx(x, value, name):
    """The codes of a tensor, as our graph holds them."""
    zero, scale = value.coding.quantization.zero_point, np.float32(value.scale)
    codes = (
        np.rint(x / scale) + zero if x.dtype.kind == "f" else x.astype(int) + value.coding.offset
    )
    order = [axis for group in value.axes for axis in group]
    wide = codes.reshape(-1, *(value.shape[axis] for axis in order), *(1,) * (3 - len(order)))
    back = np.argsort([*order, *_units(order, value.shape)])
    np.testing.assert_array_equal(codes, np.clip(codes, 0, 255), name)
    return wide.transpose(0, *(back + 1)).astype(np.uint8)


def _units(order, shape):
    """Axes of length 1, which are in no group."""
    left = np.array([axis for axis in range(3) if axis not in order], int)
    assert all(shape[axis] == 1 for axis in left)
    return left
