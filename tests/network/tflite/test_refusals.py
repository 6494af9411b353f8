"""What cannot be imported is one line that names operator, rule and value."""

import numpy as np
import pytest

from hwgen.errors import ModelError
from hwgen.network.tflite import load
from tests.network.tflite.builder import Builder, refused
from tests.network.tflite.test_import import small_model

INPUT, CONV, POOL = "node image (input): ", "node conv (CONV_2D): ", "node pool (MAX_POOL_2D): "


def changed(place, **fields):
    """A change of the tensor at ``place`` (0 image, 1 conv, 2 weights, 3 bias, 4 pool)."""
    return lambda model: model.tensors[place].update(fields)


def option(place, **values):
    return lambda model: model.operators[place]["values"].update(values)


def operator(place, **fields):
    return lambda model: model.operators[place].update(fields)


def replaced(**fields):
    return lambda model: vars(model).update(fields)


NAN = float("nan")
KNOWN = (
    "ADD, AVERAGE_POOL_2D, CONCATENATION, CONV_2D, DEPTHWISE_CONV_2D, EXPAND_DIMS, "
    "FULLY_CONNECTED, MAX_POOL_2D, MEAN, PAD, PADV2, QUANTIZE, RELU, RELU6, RELU_N1_TO_1, "
    "RESHAPE, SLICE, SOFTMAX, SQUEEZE, STRIDED_SLICE"
)
CASES = {
    "version": (replaced(version=4), "must have schema version 3, not 4"),
    "subgraphs": (replaced(subgraphs=2), "must have one subgraph, not 2"),
    "inputs": (replaced(inputs=[0, 0]), "must have one input, not 2"),
    "no input": (replaced(inputs=[-1]), "must have one input, but leaves it out"),
    "outputs": (replaced(outputs=[]), "must have one output, not 0"),
    "number": (replaced(inputs=[9]), "its input must be a tensor from 0 to 4, not 9"),
    "constant input": (
        changed(0, data=np.zeros((1, 4, 4, 2), np.int8)),
        INPUT + "the input must be no constant",
    ),
    "middle": (replaced(outputs=[1]), "output conv must be what its last layer makes"),
    "operand": (
        operator(1, inputs=[7]),
        "operator 1 must be a tensor from 0 to 4, not 7",
    ),
    "no output": (
        lambda model: (operator(1, outputs=[])(model), replaced(outputs=[4])(model)),
        "operator 1 must have an output",
    ),
    "two outputs": (
        lambda model: (operator(1, outputs=[4, 3])(model), replaced(outputs=[4])(model)),
        POOL + "there must be one output, not 2",
    ),
    "cycle": (
        operator(0, inputs=[4, 2, 3]),
        CONV + "input pool must be a constant, or made by an operator before this one",
    ),
    "made twice": (
        operator(1, outputs=[1]),
        "node conv_2 (MAX_POOL_2D): the output must be made once, and be no constant",
    ),
    "into a constant": (
        operator(1, outputs=[3]),
        "node bias (MAX_POOL_2D): the output must be made once, and be no constant",
    ),
    "operator": (
        operator(1, kind="TANH"),
        "node pool (TANH): operator TANH is not supported; known: " + KNOWN,
    ),
    "options": (
        operator(1, options="AddOptions", values={}),
        POOL + "its options must be Pool2DOptions",
    ),
    "no options": (operator(0, options=None), CONV + "its options must be Conv2DOptions"),
    "open size": (
        changed(0, signature=(-1, -1, 4, 2)),
        INPUT + "all sizes but the batch's must be fixed, not [-1, -1, 4, 2]",
    ),
    "batch": (
        changed(0, dims=(2, 4, 4, 2)),
        INPUT + "a tensor must have 2 to 4 axes, the first a batch of 1, not [2, 4, 4, 2]",
    ),
    "float": (
        changed(0, kind="FLOAT32"),
        INPUT + "a float input must be quantized by the first operator",
    ),
    "int16": (
        changed(0, kind="INT16"),
        INPUT + "codes must be INT8 or UINT8, not INT16",
    ),
    "u8 operand": (
        changed(0, kind="UINT8", zero_point=3),
        CONV + "input 0 must be INT8, not UINT8",
    ),
    "no quantization": (
        changed(1, scale=None),
        CONV + "conv must have one scale and one zero point, not 0 and 0",
    ),
    "two scales": (
        changed(1, scale=[0.1, 0.2]),
        CONV + "conv must have one scale and one zero point, not 2 and 1",
    ),
    "scale of zero": (
        changed(1, scale=0.0),
        CONV + "the scale of conv must be from 2**-60 to 2**60, not 0",
    ),
    "scale of nothing": (
        changed(4, scale=NAN),
        POOL + "the scale of pool must be from 2**-60 to 2**60, not nan",
    ),
    "zero point": (
        changed(1, zero_point=128),
        CONV + "the zero point of conv must be a code of INT8, not 128",
    ),
    "scale of the bias": (
        changed(3, scale=0.02),
        CONV + "the scale of the bias must be that of input times weights, 0.0005, not 0.02",
    ),
    "zero point of the bias": (changed(3, zero_point=1), CONV + "the bias must have zero point 0"),
    "weight scales": (
        changed(2, scale=[0.1, 0.2], zero_point=[0, 0]),
        CONV + "the weights must have 1 or 3 scales, not 2",
    ),
    "weight axis": (
        changed(2, scale=[0.1, 0.2, 0.3], zero_point=[0, 0, 0], axis=3),
        CONV + "weight scales must run along axis 0, not 3",
    ),
    "weight scale": (
        changed(2, scale=-1.0),
        CONV + "weight scales must be from 2**-60 to 2**60, not -1",
    ),
    "asymmetric weights": (
        changed(2, zero_point=5),
        CONV + "weights must be symmetric, with zero point 0, not 5",
    ),
    "constant of another size": (
        changed(2, dims=(3, 3, 3, 3)),
        "tensor weights of shape [3, 3, 3, 3] must hold 81 bytes, not 54",
    ),
    "buffer": (changed(2, buffer=7), "tensor weights buffer must be from 0 to 2, not 7"),
    "bias as activation": (
        operator(0, inputs=[0, 2, 0]),
        CONV + "the bias must be a constant",
    ),
    "bias of bytes": (
        changed(3, data=np.zeros(3, np.int8), kind="INT8"),
        CONV + "the bias must be INT32, not INT8",
    ),
    "weights as activation": (operator(0, inputs=[0, 0]), CONV + "the weights must be a constant"),
    "weights of another rank": (
        changed(2, dims=(3, 18)),
        CONV + "the weights must have 4 axes, none empty, not [3, 18]",
    ),
    "channels": (
        changed(2, dims=(2, 3, 3, 3)),
        CONV + "filters of 3 channels must cut 2 channels, and 2 filters, into equal groups",
    ),
    "bias of another length": (
        changed(2, dims=(1, 27, 1, 2)),
        CONV + "the output must be of shape [1, 4, 4, 1], not [1, 4, 4, 3]",
    ),
    "output shape": (
        changed(1, dims=(1, 5, 4, 3)),
        CONV + "the output must be of shape [1, 4, 4, 3], not [1, 5, 4, 3]",
    ),
    "stride": (option(0, StrideH=0), CONV + "strides must be from 1 up, not [0, 1]"),
    "dilation": (option(0, DilationWFactor=2), CONV + "dilation must be [1, 1], not [1, 2]"),
    "padding": (option(0, Padding=7), CONV + "padding must be SAME or VALID, not 7"),
    "kernel": (option(1, FilterWidth=0), POOL + "the kernel must have sizes from 1 up, not [2, 0]"),
    "kernel too large": (
        option(1, FilterWidth=5, Padding=1),
        POOL + "kernel [2, 5] must fit the input of [4, 4]",
    ),
    "activation": (
        option(0, FusedActivationFunction=4),
        CONV + "fused activation 4 is not supported",
    ),
    "units of a pool": (
        changed(4, scale=0.25),
        POOL + "the output must have the scale and zero point of the input conv, 0.1 and 108, "
        "not 0.25 and 108",
    ),
    "factor": (
        changed(1, scale=2.0**-59),
        CONV + "the factor between scales must be from 0 to 2**30, not 2.8823e+14",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_model_is_refused(tmp_path, case):
    change, message = CASES[case]
    model = small_model()
    change(model)
    refused(model, tmp_path, message)


def test_a_bias_must_have_a_value_per_filter(tmp_path):
    model = small_model()
    model.tensors[3].update(data=np.zeros(2, np.int32), dims=(2,))
    refused(model, tmp_path, CONV + "the bias must hold 3 values, not shape [2]")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    path = tmp_path / "m.tflite"
    with pytest.raises(ModelError, match=rf"^model {path} cannot be read: No such file"):
        load(path)


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "m.tflite"
    path.write_bytes(b"not a flatbuffer")
    rule = r"must be a TFLite file, but lacks its mark TFL3 at byte 4"
    with pytest.raises(ModelError, match=rf"^model {path} {rule}$"):
        load(path)


def test_a_network_of_no_layers_is_refused(tmp_path):
    model = Builder(1, 4, 4, 2)
    model.outputs = [0]
    refused(model, tmp_path, "output image must be what its last layer makes")
