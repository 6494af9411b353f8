"""TFLite's own answer: the interpreter with its reference kernels, all tensors kept."""

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from hwgen.golden import exact_mapping, run, step
from hwgen.network.tflite import load
from hwgen.network.tflite.file import read
from hwgen.network.tflite.importer import Import

__all__ = ["agrees", "check", "interpret", "random_codes", "unsigned"]


def interpret(path, codes, indices):
    """Tensors of the given indices for input codes as the model has them, image by image."""
    interpreter = Interpreter(
        str(path),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
        num_threads=1,
    )
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    found = {index: [] for index in indices}
    for image in codes:  # a batch would not pass operators that state sizes
        interpreter.set_tensor(source, image[None])
        interpreter.invoke()
        for index, tensors in found.items():
            tensors.append(interpreter.get_tensor(index)[0])
    return {index: np.stack(tensors) for index, tensors in found.items()}


def unsigned(codes):
    """u8 codes of the model's own."""
    return codes if codes.dtype == np.uint8 else (codes.astype(np.int16) + 128).astype(np.uint8)


def agrees(path, codes):
    """Compare every layer, each fed with TFLite's own input, and the network run on its own.

    Parameters
    ----------
    path : Path
    codes : array
        Input codes as the model has them, batch first.

    Returns
    -------
    dict
        TFLite's u8 codes by tensor of the network, all of which golden's are equal to.
    """
    found = Import(read(path))
    network, mapping = found.network, exact_mapping(found.network)
    theirs = {}
    for index, tensor in interpret(path, codes, found.tensors).items():
        name = found.tensors[index]
        theirs[name] = unsigned(tensor).reshape(len(codes), *network.shapes[name])
    ours = run(network, theirs[network.input_name], mapping)
    for layer in network.layers:
        np.testing.assert_array_equal(step(network, layer, theirs, mapping), theirs[layer.name])
        np.testing.assert_array_equal(ours[layer.name], theirs[layer.name])
    return theirs


def random_codes(builder, count=8, seed=0):
    """Codes of the whole range, the first images all of the lowest and the highest."""
    dims = builder.tensors[0]["dims"]
    kind = np.dtype(builder.tensors[0]["kind"].lower())
    limits = np.iinfo(kind)
    codes = np.random.default_rng(seed).integers(
        limits.min, limits.max + 1, (count, *dims[1:]), dtype=kind
    )
    codes[0], codes[1] = limits.min, limits.max
    return codes


def check(builder, tmp_path, count=8):
    """The last layer of a model in the making, and TFLite's output, with which golden agrees."""
    path = builder.save(tmp_path / "m.tflite")
    theirs = agrees(path, random_codes(builder, count))
    network = load(path)
    codes = theirs[network.layers[-1].name]
    assert len(np.unique(codes)) > 3  # a constant would prove nothing
    return network.layers[-1], codes
