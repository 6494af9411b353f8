"""What a component did in Python's simulator, done again by its Verilog."""

import json

from amaranth.hdl import Value
from amaranth.lib.wiring import In
from amaranth.sim import Simulator

from hwgen.flow.simulator import build_simulation, run_benches
from hwgen.verilog import to_verilog

__all__ = ["record", "replay"]


def record(component, bench, *, clock):
    """Run ``bench``; returns the values of all ports in every cycle."""
    ports = {"inputs": {}, "outputs": {}}
    for path, member, value in component.signature.flatten(component):
        side = ports["inputs" if member.flow == In else "outputs"]
        side["__".join(map(str, path))] = Value.cast(value)
    watched = [*ports["inputs"].values(), *ports["outputs"].values()]
    cycles = []

    async def watch(ctx):
        while True:
            cycles.append([ctx.get(value) & ((1 << len(value)) - 1) for value in watched])
            await ctx.tick()

    simulator = Simulator(component)
    simulator.add_clock(clock)
    simulator.add_testbench(bench)
    simulator.add_testbench(watch, background=True)  # after the bench has set its inputs
    simulator.run()
    return {name: list(values) for name, values in ports.items()} | {"cycles": cycles}


def replay(component, trace, folder):
    """Emit ``component`` and replay ``trace``; returns whether all outputs were the same."""
    folder.mkdir(exist_ok=True)
    file = folder / "trace.json"
    file.write_text(json.dumps(trace), encoding="utf-8")
    verilog = folder / "dut.v"
    verilog.write_text(to_verilog(component, "dut"), encoding="utf-8")
    build_simulation(verilog, folder / "compiled", top="dut")
    environment = {"HWGEN_TRACE": str(file)}
    (passed,) = run_benches("bench_replay", folder / "compiled", folder, [environment], top="dut")
    return passed
