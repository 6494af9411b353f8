"""Mutations of what a TFLite file says, through the schema that ai-edge-litert brings."""

import contextlib

import numpy as np

__all__ = ["mutate"]

INTEGERS = (-(2**31), -129, -3, -1, 0, 1, 2, 3, 5, 7, 127, 128, 255, 2**31 - 1)
FLOATS = (float("nan"), float("inf"), -1.0, 0.0, 1e-38, 1e-9, 0.5, 1.0, 3.0, 1e30)


def mutate(whole, random_, count):
    """``count`` mutations of the model ``whole``, which is bytes."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(whole, 0)
    for _ in range(count):
        with contextlib.suppress(Exception):  # an earlier mutation may have made it impossible
            random_.choice(_MUTATIONS)(model, random_)
    builder = flatbuffers.Builder(len(whole))
    try:
        builder.Finish(model.Pack(builder), b"TFL3")
    except Exception:  # a value that no field can hold
        return mutate(whole, random_, count)
    return bytes(builder.Output())


def _operator_options(model, random_):
    operator = random_.choice(model.subgraphs[0].operators)
    options = operator.builtinOptions
    if options is None:
        return
    name = random_.choice(sorted(vars(options)))
    value = getattr(options, name)
    if isinstance(value, bool):
        setattr(options, name, not value)
    elif isinstance(value, float):
        setattr(options, name, random_.choice(FLOATS))
    elif isinstance(value, int):
        setattr(options, name, random_.choice((*INTEGERS[4:10], value + 1)))


def _wiring(model, random_):
    operator = random_.choice(model.subgraphs[0].operators)
    ends = random_.choice((operator.inputs, operator.outputs))
    count = len(model.subgraphs[0].tensors)
    ends[random_.randrange(len(ends))] = random_.choice((-1, random_.randrange(count), count))


def _operators(model, random_):
    operators = model.subgraphs[0].operators
    index, other = random_.randrange(len(operators)), random_.randrange(len(operators))
    if random_.random() < 0.4 and len(operators) > 1:
        del operators[index]
    else:
        operators[index], operators[other] = operators[other], operators[index]


def _code(model, random_):
    code = random_.choice(model.operatorCodes)
    code.builtinCode = random_.randrange(0, 160)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)


def _version(model, random_):
    random_.choice(model.operatorCodes).version = random_.choice((0, 1, 2, 3, 5, 99))


def _shape(model, random_):
    tensor = random_.choice(model.subgraphs[0].tensors)
    if tensor.shape is None or not len(tensor.shape):
        return
    shape = np.array(tensor.shape)
    index = random_.randrange(len(shape))
    shape[index] = random_.choice((*INTEGERS, min(int(shape[index]) + 1, 2**31 - 1)))
    tensor.shape = shape if random_.random() < 0.8 else shape[:-1]


def _kind(model, random_):
    random_.choice(model.subgraphs[0].tensors).type = random_.randrange(0, 20)


def _quantization(model, random_):
    tensor = random_.choice(model.subgraphs[0].tensors)
    found = tensor.quantization
    if found is None or found.scale is None or found.zeroPoint is None:
        return
    kind = random_.random()
    if kind < 0.4:
        scale = np.array(found.scale, np.float32)
        index = random_.randrange(len(scale))
        scale[index] = random_.choice((*FLOATS, float(scale[index]) * 1.01, -float(scale[index])))
        found.scale = scale
    elif kind < 0.8:
        zero = np.array(found.zeroPoint, np.int64)
        zero[random_.randrange(len(zero))] = random_.choice((*INTEGERS, 2**62))
        found.zeroPoint = zero
    elif kind < 0.9:
        found.quantizedDimension = random_.choice(INTEGERS)
    else:
        tensor.quantization = None


def _buffer(model, random_):
    found = random_.choice(model.buffers)
    if found.data is None or not len(found.data):
        return
    data = np.array(found.data, np.uint8)
    if random_.random() < 0.7:
        data[random_.randrange(len(data))] = random_.choice((0, 1, 127, 128, 255))
    else:
        data = data[: random_.randrange(len(data))]
    found.data = data


def _reference(model, random_):
    random_.choice(model.subgraphs[0].tensors).buffer = random_.choice((0, 1, 2, 10**6))


_MUTATIONS = (
    *(_operator_options, _operator_options, _wiring, _operators, _code, _version, _shape, _shape),
    *(_kind, _quantization, _quantization, _quantization, _buffer, _buffer, _reference),
)
