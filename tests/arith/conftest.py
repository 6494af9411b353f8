"""Exhaustive evaluation of multiplier circuits: Yosys turns them into gates, numpy runs those."""

import json
from graphlib import TopologicalSorter

import numpy as np
import pytest
from amaranth.back import rtlil

from hwgen.arith.operand import OperandKind
from hwgen.flow.yosys import run_yosys

pytest.register_assert_rewrite("tests.arith.contract")

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


def packed(codes, width):
    """Bits of an array of codes, least significant first, eight pairs per byte."""
    return [np.packbits((codes >> bit) & 1) for bit in range(width)]


def evaluate(module, inputs):
    """Values of the nets of a Yosys module of simple gates, for packed input bits."""
    zero = np.zeros_like(inputs["a"][0])
    nets = {"0": zero, "1": ~zero, "x": zero}
    for name, bits in inputs.items():
        nets |= dict(zip(module["ports"][name]["bits"], bits, strict=True))
    gates = {}
    for cell in module["cells"].values():
        pins = {pin: bits[0] for pin, bits in cell["connections"].items()}
        gates[pins.pop("Y")] = (GATES[cell["type"]], pins)
    # A loop raises an error.
    order = TopologicalSorter({net: pins.values() for net, (_, pins) in gates.items()})
    for net in order.static_order():
        if net in gates:
            function, pins = gates[net]
            nets[net] = function({pin: nets[source] for pin, source in pins.items()})
    return nets


def table_of(module, kind, mode):
    """Products of all raw code pairs ``[a, w]``."""
    widths = {name: len(port["bits"]) for name, port in module["ports"].items()}
    a, w = np.ogrid[: 1 << widths["a"], : 1 << widths["w"]]
    shape = (a.size, w.size)
    codes = {"a": a, "w": w, "mode": np.array(mode)}
    inputs = {
        name: packed(np.broadcast_to(codes[name], shape).ravel(), width)
        for name, width in widths.items()
        if name != "p"
    }
    nets = evaluate(module, inputs)
    bits = [np.unpackbits(nets[net]) for net in module["ports"]["p"]["bits"]]
    products = sum(bit.astype(np.int64) << k for k, bit in enumerate(bits))
    assert len(bits) == kind.width
    return kind.decode(products).reshape(shape).astype(np.int32)


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
