"""Codes of a TFLite model's last tensor, as the reference kernels compute them."""

import numpy as np

__all__ = ["tensors"]

_LIFT = {"int8": 128}


def tensors(path, network, images):
    """Codes of the last layer, for u8 input codes; s8 codes are 128 higher."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=path.read_bytes(), experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    results = []
    for image in images:
        values = _theirs(image, source["dtype"], network.input_quantization)
        interpreter.set_tensor(source["index"], values.reshape(source["shape"]))
        interpreter.invoke()
        results.append(interpreter.get_tensor(target["index"]).reshape(-1))
    found = np.stack(results)
    target = network.layers[-1].quantization
    if found.dtype == np.float32:
        found = np.rint(found / target.scale) + target.zero_point
    return {network.layers[-1].name: found.astype(np.int64) + _LIFT.get(found.dtype.name, 0)}


def _theirs(image, kind, quantization):
    if kind == np.float32:
        return ((image - float(quantization.zero_point)) * quantization.scale).astype(kind)
    return (image.astype(np.int64) - _LIFT.get(np.dtype(kind).name, 0)).astype(kind)
