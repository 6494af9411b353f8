"""What becomes of one model: refused in one line, or imported and equal to the reference."""

import numpy as np

from hwgen import golden
from hwgen.errors import HwgenError
from hwgen.network.graph import Convolution, Pool

__all__ = ["OUTCOMES", "judge"]

OUTCOMES = {
    "clean error": True,
    "equal to the reference": True,
    "accepted, the reference refuses": True,
    "accepted, too large to run": True,
    "reference too coarse to tell": True,  # its float32 sums lose units of the accumulator
    "reference crashed": True,
    "different from the reference": False,
    "traceback": False,
    "crash": False,
    "timeout": False,
    "memory": False,
}
IMAGES = 3
LARGEST = 2_000_000  # codes of a tensor
OPERATIONS = 300_000_000


def judge(path, say):
    """Outcome and detail of the model at ``path``; ``say`` is told of each stage before it."""
    say("import")
    load, reference = _importer(path)
    try:
        network = load(path)
    except HwgenError as error:
        lines = str(error).splitlines()
        clean = len(lines) == 1 and lines[0].isprintable()
        return ("clean error", "") if clean else ("traceback", f"no line: {error!r}")
    except MemoryError:
        return "memory", ""
    except Exception as error:  # what is looked for
        return "traceback", f"{type(error).__name__}: {error}"
    sizes = [np.prod(shape, dtype=float) for shape in network.shapes.values()]
    if max(sizes) > LARGEST or sum(x.operations for x in network.convolutions) > OPERATIONS:
        return "accepted, too large to run", ""
    images = np.random.default_rng(0).integers(
        0, 256, (IMAGES, *network.input_shape), np.uint8, endpoint=False
    )
    say("golden")
    try:
        found = golden.run(network, images, golden.exact_mapping(network))
    except Exception as error:  # what is looked for
        return "traceback", f"golden: {type(error).__name__}: {error}"
    say("reference")
    try:
        expected = reference(path, network, images)
    except Exception as error:  # a reference raises what it likes
        return "accepted, the reference refuses", " ".join(str(error).split())[:150]
    say("compare")
    return _compare(network, found, expected, is_float=path.suffix != ".tflite")


def _importer(path):
    if path.suffix == ".tflite":
        from benchmarks.fuzz.tflite_reference import tensors
        from hwgen.network.tflite import load
    else:
        from benchmarks.fuzz.onnx_reference import tensors
        from hwgen.network.onnx import load
    return load, tensors


def _compare(network, found, expected, is_float):
    """Last tensor first; where it differs, every layer fed with the reference's own tensors."""
    last = network.layers[-1].name
    if last not in expected:
        return "traceback", f"no reference for {last}"
    if np.array_equal(found[last], expected[last].reshape(found[last].shape)):
        return "equal to the reference", ""
    fed = found | {name: x.reshape(found[name].shape) for name, x in expected.items()}
    for layer in network.layers:
        codes = golden.step(network, layer, fed, golden.exact_mapping(network))
        if layer.name not in expected:
            fed[layer.name] = codes
            continue
        wrong = np.abs(codes.astype(int) - fed[layer.name])
        some = wrong.size if isinstance(layer, Pool) else max(1, wrong.size // 20)  # ties
        if wrong.any() and not (is_float and wrong.max() <= 1 and (wrong > 0).sum() <= some):
            detail = f"{layer.name}: {(wrong > 0).mean():.2g} differ, by up to {wrong.max()}"
            coarse = is_float and isinstance(layer, Convolution) and _is_coarse(layer)
            return (
                "reference too coarse to tell" if coarse else "different from the reference",
                detail,
            )
    return "equal to the reference", ""


def _is_coarse(layer):
    """Whether the reference's float32 sums, with 24 bits, may be wrong by half a code."""
    sums = np.abs(layer.centred_weights).sum(axis=(1, 2, 3)) * 255.0 + np.abs(
        layer.bias.astype(float)
    )
    factors = [x.multiplier * 2.0 ** (x.left - x.right) for x in layer.rescale]
    return bool((sums * factors * layer.fan_in * 2.0**-24 > 0.25).any())
