import re

import pytest
from amaranth.back import rtlil
from amaranth.hdl import Module, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.emission import Emitter, place
from hwgen.memory.ram import Ram
from hwgen.verilog import to_verilog

CLOCK = 10e-9  # seconds


class Adder(wiring.Component):
    """Adds a constant to :class:`Adder` inputs. More about it.

    Parameters
    ----------
    constant : int
    """

    def __init__(self, *, constant):
        self.constant = constant
        members = {"x": In(signed(4)).array(2), "unused": In(3), "y": Out(signed(6))}
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.y.eq(self.x[0] + self.x[1] + self.constant)
        return m


class DelayedSum(wiring.Component):
    """A register behind two adders."""

    x: In(signed(4))
    y: Out(signed(8))

    def __init__(self, constants=(1, 1), module=None):
        self.constants = constants
        self._module = module
        super().__init__()

    def elaborate(self, platform):
        m = Module()
        adders = [
            place(m, platform, f"adder_{i}", Adder(constant=constant), self._module)
            for i, constant in enumerate(self.constants)
        ]
        for adder in adders:
            m.d.comb += [adder.x[0].eq(self.x), adder.x[1].eq(1)]
        m.d.sync += self.y.eq(sum(adder.y for adder in adders))
        return m


def test_the_python_simulator_sees_ordinary_submodules(simulate):
    dut = DelayedSum(constants=(1, 5))

    async def bench(ctx):
        ctx.set(dut.x, -3)
        await ctx.tick()
        assert ctx.get(dut.y) == (-3 + 1 + 1) + (-3 + 1 + 5)

    simulate(dut, bench, clock=CLOCK)


class Gated(wiring.Component):
    """A sum whose clock may stand still."""

    x: In(signed(4))
    running: In(1)
    y: Out(signed(8))

    def elaborate(self, platform):
        m = Module()
        inner = place(m, platform, "inner", DelayedSum(), enable=self.running)
        m.d.comb += [inner.x.eq(self.x), self.y.eq(inner.y)]
        return m


def test_a_child_that_is_not_enabled_keeps_its_registers(simulate):
    dut = Gated()
    seen = []

    async def bench(ctx):
        for x, running in ((1, 1), (2, 0), (3, 0), (3, 1), (4, 0)):
            ctx.set(dut.x, x)
            ctx.set(dut.running, running)
            await ctx.tick()
            seen.append(ctx.get(dut.y))

    simulate(dut, bench, clock=CLOCK)
    assert seen == [6, 6, 6, 10, 10]


def test_the_clock_of_such_a_child_comes_from_a_gating_cell():
    emitter = Emitter()
    emitter.add("top", Gated())
    assert emitter.templates == {"clock_gate"}
    top = emitter.modules["top"]
    assert re.search(r"cell \\clock_gate \\inner_gate\n(?:.*\n)*?.*\\clk_o \\inner_clk", top)
    assert re.search(r"cell \\delayed_sum \\inner\n(?:.*\n)*?.*\\clk \\inner_clk", top)
    text = to_verilog(Gated(), "top")
    assert text.count("module clock_gate(") == 1


def test_equal_components_become_one_module_named_after_their_class(monkeypatch):
    converted = []
    convert = rtlil.convert

    def counting_convert(component, **options):
        converted.append(options["name"])
        return convert(component, **options)

    monkeypatch.setattr(rtlil, "convert", counting_convert)
    emitter = Emitter()
    assert emitter.add("top", DelayedSum()) is True
    assert emitter.add("top", DelayedSum()) is True
    assert emitter.add("adder", Adder(constant=1)) is False  # no clock
    assert list(emitter.modules) == ["adder", "top"]  # children first
    assert converted == ["top", "adder"]
    assert emitter.modules["top"].count("cell \\adder \\") == 2
    assert "\\x__0" in emitter.modules["adder"]


def test_a_module_keeps_the_ports_that_nothing_uses():
    emitter = Emitter()
    emitter.add("adder", Adder(constant=1))
    assert "wire width 3 input" in emitter.modules["adder"]
    assert "\\unused" in emitter.modules["adder"]


def test_two_different_components_under_one_name_are_refused():
    with pytest.raises(
        ValueError,
        match=r"^module adder stands for \(<class '.*\.Adder'>, \{'constant': 1\}\) "
        r"and for \(<class '.*\.Adder'>, \{'constant': 2\}\)$",
    ):
        Emitter().add("top", DelayedSum(constants=(1, 2)))


def test_two_different_classes_under_one_name_are_refused():
    emitter = Emitter()
    emitter.add("box", Ram(width=4, depth=4))
    with pytest.raises(ValueError, match=r"^module box stands for .*Ram.* and for .*Adder.*$"):
        emitter.add("box", Adder(constant=1))


def test_a_parent_may_name_the_module():
    emitter = Emitter()
    emitter.add("top", DelayedSum(module="increment"))
    assert list(emitter.modules) == ["increment", "top"]


def test_a_description_is_the_first_line_of_the_docstring_and_the_parameters():
    emitter = Emitter()
    emitter.add("top", DelayedSum())
    assert emitter.descriptions == {
        "top": "A register behind two adders.\nParameters: constants = (1, 1).",
        "adder": "Adds a constant to Adder inputs. More about it.\nParameters: constant = 1.",
    }
