"""An idle tile stands still: nothing in its Verilog toggles while another one works."""

import re
from collections import Counter

import pytest
from amaranth.hdl import Shape
from amaranth.lib import wiring

from hwgen.arith.catalogue import find
from hwgen.array.tiles import Tiles
from hwgen.flow.tool import find_tool
from hwgen.verilog import to_verilog

pytestmark = pytest.mark.tool

NAMES = ("posneg_2", "exact_booth")  # the first gives something else than 0 for 0 times w
CYCLES = 400


def toggles(waves, tile):
    """Changes of every net of an instance after the first value, by its name without path."""
    scope, names, seen, changes = [], {}, set(), Counter()
    for line in waves.splitlines():
        if match := re.match(r"\$scope module (\S+)", line):
            scope.append(match[1])
        elif line.startswith("$upscope"):
            scope.pop()
        elif match := re.match(r"\$var \w+ \d+ (\S+) (\S+)", line):
            if tile in scope:
                names.setdefault(match[1], match[2])
        elif match := re.match(r"(?:[01xz]|b[01xz]+ )(\S+)$", line):
            if match[1] in seen and match[1] in names:
                changes[names[match[1]]] += 1
            seen.add(match[1])
    return changes


def bench(tiles, tile):
    """Random inputs, all of them meant for one tile; only the tiles' nets are recorded."""
    ports = {
        "__".join(map(str, path)): (member.flow, Shape.cast(member.shape).width)
        for path, member, _ in tiles.signature.flatten(tiles)
    }
    inputs = {name: width for name, (flow, width) in ports.items() if flow == wiring.In}
    lines = [f"reg [{width - 1}:0] {name} = 0;" for name, width in inputs.items()]
    driven = [
        f"{name} = {tile};" if name in ("tile", "load_tile") else f"{name} = $random;"
        for name in inputs
    ]
    connected = ", ".join(f".{name}({name})" for name in (*inputs, "clk", "rst"))
    return "\n".join(
        [
            "module bench;",
            "reg clk = 0, rst = 1;",
            "always #5 clk = ~clk;",
            *lines,
            f"dut dut({connected});",
            f"always @(negedge clk) if (!rst) begin {' '.join(driven)} end",
            f"initial begin tile = {tile}; load_tile = {tile}; #51 rst = 0;",
            '#50 $dumpfile("waves.vcd"); $dumpvars(0, dut.tile_0, dut.tile_1);',
            f"#{10 * CYCLES} $finish; end",
            "endmodule",
        ]
    )


@pytest.mark.parametrize("working", [0, 1])
@pytest.mark.parametrize("gating", ["enable", "cell"])
def test_only_the_tile_that_works_toggles(gating, working, tmp_path):
    tiles = Tiles(
        [find(name) for name in NAMES],
        rows=3,
        cols=2,
        sum_column=True,
        stages=1,
        diagonal=True,
        gating=gating,
    )
    text = to_verilog(tiles, "dut") + bench(tiles, working)
    (tmp_path / "bench.v").write_text(text, encoding="utf-8")
    for tool, arguments in (
        ("iverilog", ["-g2012", "-s", "bench", "-o", "bench.vvp", "bench.v"]),
        ("vvp", ["bench.vvp"]),
    ):
        find_tool(tool).run(arguments, cwd=tmp_path, log=tmp_path / f"{tool}.log")
    waves = (tmp_path / "waves.vcd").read_text(encoding="utf-8")
    busy, idle = toggles(waves, f"tile_{working}"), toggles(waves, f"tile_{1 - working}")
    assert busy.total() > 100 * CYCLES
    assert set(idle) <= ({"clk"} if gating == "enable" else set())
