"""Exhaustive evaluation of multiplier circuits: Yosys turns them into gates, numpy runs those."""

import json

import numpy as np
import pytest
from amaranth.back import rtlil

from hwgen.arith.operand import OperandKind
from hwgen.flow.yosys import run_yosys

GATES = {
    "$_NOT_": lambda x: ~x["A"],
    "$_AND_": lambda x: x["A"] & x["B"],
    "$_OR_": lambda x: x["A"] | x["B"],
    "$_XOR_": lambda x: x["A"] ^ x["B"],
    "$_XNOR_": lambda x: ~(x["A"] ^ x["B"]),
    "$_ANDNOT_": lambda x: x["A"] & ~x["B"],
    "$_ORNOT_": lambda x: x["A"] | ~x["B"],
    "$_MUX_": lambda x: (x["A"] & ~x["S"]) | (x["B"] & x["S"]),
}
ZERO = np.zeros(1 << 13, np.uint8)  # one bit per pair of 8-bit operands, packed
CONSTANTS = {"0": ZERO, "1": ~ZERO, "x": ZERO}


def packed(codes):
    """Bits of an array of codes, least significant first, eight pairs per byte."""
    return [np.packbits((codes >> bit) & 1) for bit in range(16)]


def evaluate(module, inputs):
    """Values of the nets of a Yosys module of simple gates, for packed input bits."""
    nets = dict(CONSTANTS)
    for name, port in module["ports"].items():
        if port["direction"] == "input":
            nets |= dict(zip(port["bits"], inputs[name], strict=False))
    waiting = list(module["cells"].values())
    while waiting:
        blocked = []
        for cell in waiting:
            pins = {pin: bits[0] for pin, bits in cell["connections"].items()}
            output = pins.pop("Y")
            if any(net not in nets for net in pins.values()):
                blocked.append(cell)
                continue
            nets[output] = GATES[cell["type"]]({pin: nets[net] for pin, net in pins.items()})
        assert len(blocked) < len(waiting), "the circuit has a loop"
        waiting = blocked
    return nets


def table_of(module, kind, mode):
    """Products of all raw code pairs ``[a, w]``."""
    pairs = np.arange(1 << 16)
    inputs = {"a": packed(pairs >> 8), "w": packed(pairs & 255), "mode": packed(pairs * 0 + mode)}
    nets = evaluate(module, inputs)
    bits = [np.unpackbits(nets[net]) for net in module["ports"]["p"]["bits"]]
    codes = sum(bit.astype(np.int64) << k for k, bit in enumerate(bits))
    assert len(bits) == kind.width
    return kind.decode(codes).reshape(256, 256)


def gates_of(inputs, script, names):
    script = f"""
        {script}
        techmap
        opt_clean
        write_json gates.json
    """
    modules = json.loads(run_yosys(script, inputs, ["gates.json"])["gates.json"])["modules"]
    return [modules[name] for name in names]


@pytest.fixture(scope="session")
def circuit_tables():
    """Function from multipliers to the products of their circuits: one list per multiplier,
    one table per mode. All circuits share one run of Yosys."""

    def run(multipliers):
        names = [f"multiplier_{k}" for k in range(len(multipliers))]
        inputs = {
            f"{name}.il": rtlil.convert(multiplier.create(), name=name, emit_src=False)
            for name, multiplier in zip(names, multipliers, strict=True)
        }
        modules = gates_of(inputs, "\n".join(f"read_rtlil {name}" for name in inputs), names)
        return [
            [table_of(module, x.product_kind, mode) for mode in range(len(x.modes))]
            for module, x in zip(modules, multipliers, strict=True)
        ]

    return run


@pytest.fixture(scope="session")
def verilog_table():
    """Function from the text of a Verilog module ``a, w, p`` to its table of products."""

    def run(text, name, kind: OperandKind):
        [module] = gates_of({"source.v": text}, "read_verilog source.v", [name])
        return table_of(module, kind, 0)

    return run
