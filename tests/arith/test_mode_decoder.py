"""Mode gates: what bits become, and how few gates that takes."""

import itertools

import pytest
from amaranth.hdl import Const, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator

from hwgen.arith.circuits.mode_decoder import ModeDecoder


class Gated(wiring.Component):
    """A bit after a ModeDecoder."""

    def __init__(self, states):
        self.states = states
        super().__init__(
            {"bit": In(1), "mode": In(max(1, (len(states) - 1).bit_length())), "y": Out(1)}
        )

    def elaborate(self, platform):
        m = Module()
        gated = ModeDecoder(m, self.mode, len(self.states)).gate(self.bit, self.states)
        m.d.comb += self.y.eq(0 if gated is None else gated)
        return m


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_every_combination_of_states_is_obeyed(count):
    for states in itertools.product("x01", repeat=count):
        dut = Gated(states)

        async def bench(ctx, dut=dut, states=states):
            for mode, state in enumerate(states):
                for bit in (0, 1):
                    ctx.set(dut.mode, mode)
                    ctx.set(dut.bit, bit)
                    assert ctx.get(dut.y) == {"x": bit, "0": 0, "1": 1}[state], (states, mode)

        simulator = Simulator(dut)
        simulator.add_testbench(bench)
        simulator.run()


def test_a_bit_that_always_passes_costs_nothing():
    m, bit = Module(), Signal()
    assert ModeDecoder(m, Signal(2), 3).gate(bit, "xx-") is bit
    assert ModeDecoder(m, Signal(2), 3).gate(bit, "-00") is None
    assert isinstance(ModeDecoder(m, Signal(2), 3).gate(bit, "111"), Const)


def test_modes_are_told_apart_once():
    decoder = ModeDecoder(Module(), Signal(2), 4)
    assert decoder._net({1, 3}, {0}) is decoder._net({1, 3}, {0})
