"""Codes of a TFLite model's last tensor, as the reference kernels compute them."""

import numpy as np

__all__ = ["tensors"]


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
        codes = image.astype(np.int64) - (128 if source["dtype"] == np.int8 else 0)
        interpreter.set_tensor(
            source["index"], codes.astype(source["dtype"]).reshape(source["shape"])
        )
        interpreter.invoke()
        results.append(interpreter.get_tensor(target["index"]).reshape(-1))
    found = np.stack(results)
    lift = 128 if found.dtype == np.int8 else 0
    return {network.layers[-1].name: found.astype(np.int64) + lift}
