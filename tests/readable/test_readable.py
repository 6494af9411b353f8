"""Readable Verilog computes what the text that Yosys wrote does, and has no nameless values."""

import re
import shutil
import subprocess

import pytest
from amaranth.hdl import Array, Cat, Module, Mux, Signal, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

import hwgen.verilog
from hwgen.accelerator import Accelerator
from hwgen.arith.catalogue import find
from hwgen.array.grid import SystolicArray
from hwgen.memory.ram import Ram
from hwgen.readable.write import readable
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.verilog import to_verilog

CYCLES = 400
SPEC = {
    "accumulator_depth": 16,
    "activation_bytes": 512,
    "weight_fifo_words": 4,
    "layer_counters": 4,
}


class Widths(wiring.Component):
    """Expressions whose value depends on the width of what surrounds them."""

    a: In(4)
    b: In(4)
    s: In(signed(4))
    t: In(signed(6))
    flag: In(1)
    pair: In(data.StructLayout({"low": 3, "wait": signed(5)}))
    y: Out(signed(9)).array(14)
    byte: Out(8)

    def elaborate(self, platform):
        m = Module()
        count = Signal(4)
        late = Signal(data.StructLayout({"x": 3, "y": signed(5)}))
        m.d.sync += [count.eq(count + self.a + 1), late.y.eq(self.pair.wait), late.x.eq(~self.flag)]
        with m.If((self.a == 3) | (~self.flag & (self.b > self.a))):
            m.d.sync += count.eq(count - self.b)
        values = [
            (self.a + self.b) > 12,
            ~self.flag + self.a,
            (self.a - self.b) >> 1,
            -self.s + self.t,
            Mux(self.flag, self.s, self.t) + self.a,
            (~self.a).bool() + ~self.b,
            Mux(self.flag & (self.a != self.b), self.a, self.s) * self.t,
            Cat(~self.flag, self.a == self.b, self.s < self.t),
            (self.a & self.b).any() ^ (self.flag | self.a.all()),
            count + late.y,
            Array([self.a, self.s, self.t, self.b])[self.a[1:3]],
            (self.pair.low << 2) - self.pair.wait,
            (self.s >> self.b[:2]) + (self.t == -3),
            self.s.as_unsigned() < self.t,
        ]
        m.d.comb += [y.eq(value) for y, value in zip(self.y, values, strict=True)]
        with m.Switch(self.b):
            with m.Case(1, 2):
                m.d.comb += self.byte.eq(self.a)
            with m.Case("1-0-"):
                m.d.comb += self.byte.eq(Cat(count, self.flag))
        return m


COMPONENTS = {
    "widths": Widths,
    "memory": lambda: Ram(width=7, depth=5),
    "array": lambda: SystolicArray(
        find("lvrm"), rows=3, cols=2, sum_column=True, variate_bits=2, stages=1
    ),
    "accelerator": lambda: Accelerator(AcceleratorSpec(rows=2, cols=3, requantizers=1, **SPEC)),
    "accelerator with everything": lambda: Accelerator(
        AcceleratorSpec(
            rows=3,
            cols=2,
            form="tiles",
            multipliers=("exact", "truncated_8_c"),
            multiplier_stages=1,
            activation_sum=True,
            variate_bits=3,
            requantizers=2,
            data_width=128,
            **SPEC,
        )
    ),
}


def modules_of(text):
    return {x[1]: x[0] for x in re.finditer(r"^module (\w+)\(.*?^endmodule$", text, re.M | re.S)}


def raw_verilog(component, monkeypatch):
    """What Yosys wrote, with ``_raw`` behind the names of all modules."""
    with monkeypatch.context() as patch:
        patch.setattr(hwgen.verilog, "readable", lambda text: text)
        modules = modules_of(to_verilog(component, "dut"))
    text = "\n".join(modules.values())
    # Processes run once at the start by this register's change: none in SystemVerilog.
    text = text.replace("reg run_once = 0;", "reg run_once; initial run_once = 0;")
    names = "|".join(modules)
    pattern = rf"^(module|  )( ?)({names})(?= ?[\w\\]+ +\(|\()"
    return re.sub(pattern, r"\1\2\3_raw", text, flags=re.M)


def bench(name, text):
    """Both modules beside each other, on random inputs."""
    ports = [
        (direction, int(high or 0) + 1, port)
        for direction, high, port in re.findall(
            r"^  (input|output) (?:reg )?(?:signed )?(?:\[(\d+):0\] )?(\S+) ?;", text, re.M
        )
    ]
    inputs = [(width, port) for kind, width, port in ports if kind == "input" and port != "clk"]
    outputs = [(width, port) for kind, width, port in ports if kind == "output"]
    signals = [f"  reg [{width - 1}:0] i_{k} = 0;" for k, (width, _) in enumerate(inputs)]
    drive = [
        f"      i_{k} = {'$urandom % 16 == 0' if port == 'rst' else draw(width)};"
        for k, (width, port) in enumerate(inputs)
    ]
    duts = []
    for suffix in ("", "_raw"):
        signals += [f"  wire [{w - 1}:0] o_{k}{suffix};" for k, (w, _) in enumerate(outputs)]
        pins = [f".{escaped(port)}(i_{k})" for k, (_, port) in enumerate(inputs)]
        pins += [f".{escaped(port)}(o_{k}{suffix})" for k, (_, port) in enumerate(outputs)]
        pins += [".clk(clk)"] if "  input clk;" in text else []
        duts.append(f"  {name}{suffix} dut{suffix}({', '.join(pins)});")
    judge = [
        f'      if (o_{k} !== o_{k}_raw) begin $display("{name}.{port[-20:].strip()}"); '
        f"$finish(2); end"
        for k, (_, port) in enumerate(outputs)
    ]
    loop = [f"    repeat ({CYCLES}) begin", *drive, "      #1;", *judge]
    loop += ["      clk = 1; #1;", *judge, "      clk = 0; #1;", "    end"]
    lines = [f"module bench_{name};", "  reg clk = 0;", *signals, *duts]
    return "\n".join([*lines, "  initial begin", *loop, "  end", "endmodule"])


def escaped(port):
    return f"{port} " if port.startswith("\\") else port


def draw(width):
    words = ", ".join(["$urandom"] * -(-width // 32))
    return f"($urandom % 4) ? {{{words}}} : $urandom % 3"


@pytest.mark.tool
@pytest.mark.skipif(not shutil.which("iverilog"), reason="needs iverilog")
@pytest.mark.parametrize("name", COMPONENTS)
def test_every_module_does_what_yosys_wrote(name, tmp_path, monkeypatch):
    component = COMPONENTS[name]
    text = to_verilog(component(), "dut")
    modules = modules_of(text)
    benches = [bench(module, body) for module, body in modules.items()]
    whole = "\n".join([text, raw_verilog(component(), monkeypatch), *benches])
    (tmp_path / "all.v").write_text(whole, encoding="utf-8")
    tops = [x for module in modules for x in ("-s", f"bench_{module}")]
    compiled = tmp_path / "all"
    for command in (["iverilog", "-g2012", "-o", compiled, *tops, "all.v"], ["vvp", compiled]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""


@pytest.mark.parametrize("name", COMPONENTS)
def test_there_are_no_nameless_values(name):
    text = re.sub(r"^ *//.*$", "", to_verilog(COMPONENTS[name](), "dut"), flags=re.M)
    assert set(re.findall(r"\$\w+", text)) <= {"$signed"}
    assert re.findall(r"(?<!\w)_\w+|\\(?!(?:begin|byte|inside|parameter) )\S+", text) == []


def test_what_nothing_reads_is_left_out():
    text = to_verilog(Widths(), "dut")
    body = modules_of(text)["dut"]
    for name in re.findall(r"^  (?:wire|reg) (?:signed )?(?:\[\d+:0\] )?(\w+)", body, re.M):
        assert len(re.findall(rf"\b{name}\b", body)) > 1, name


def test_an_operation_keeps_its_own_width():
    text = """module dut(a, b, y, z);
  input [3:0] a;
  wire [3:0] a;
  input [3:0] b;
  wire [3:0] b;
  output [7:0] y;
  wire [7:0] y;
  output z;
  wire z;
  wire [3:0] \\$1 ;
  wire \\$2 ;
  wire \\$3 ;
  assign \\$1  = a + b;
  assign y = \\$1  + a;
  assign \\$2  = ~ a[0];
  assign \\$3  = ! b;
  assign z = \\$2  & \\$3 ;
endmodule"""
    found = readable(text)
    assert "wire [3:0] a_plus_b;" in found
    assert "assign y = a_plus_b + a;" in found
    assert "assign z = !a[0] & (b == 4'd0);" in found


@pytest.mark.parametrize("multiplier", ["drum_3_s8", "drum_5", "roba_s8"])
def test_values_that_are_assigned_side_by_side_have_names(multiplier):
    text = to_verilog(find(multiplier).create(), "dut")
    declared = re.findall(
        r"^  (?:wire|reg)(?: signed)?(?: \[\d+:0\])? (.*?)(?: = .*)?;$", text, re.M
    )
    assert declared
    assert not [name for name in declared if not re.fullmatch(r"[A-Za-z_]\w*|\\\S+ ", name)]
