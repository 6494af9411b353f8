"""What is exported says the same as the multiplier's table."""

import hashlib
import io
import re
import shutil
import subprocess

import numpy as np
import pytest

from hwgen.arith.catalogue import find
from hwgen.arith.netlist.gate_builder import array_multiplier
from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError
from hwgen.exchange.export import export
from hwgen.exchange.verilog_import import Ports, Source, import_verilog

AWP = Ports(a="a", w="w", out="p")
NARROW = array_multiplier("narrow", OperandKind(4, True), OperandKind(5, False))
MODES = "truncated_steps"


def loaded(content):
    return np.load(io.BytesIO(content), allow_pickle=False)


def test_an_array_is_indexed_by_raw_codes():
    table = loaded(export("truncated_6", find("truncated_6"), "npy"))
    assert (table.shape, table.dtype) == ((256, 256), np.int32)
    assert np.array_equal(table, find("truncated_6").table())
    assert loaded(export("narrow", NARROW, "npy")).shape == (16, 32)
    assert loaded(export("narrow", NARROW, "npy"))[15, 31] == -31


def test_modes_are_the_first_index_or_one_is_chosen():
    multiplier = find(MODES)
    tables = loaded(export(MODES, multiplier, "npy"))
    assert len(tables) == len(multiplier.modes) > 2
    for mode, table in enumerate(tables):
        assert np.array_equal(table, multiplier.table(mode))
        assert np.array_equal(loaded(export(MODES, multiplier, "npy", mode)), table)
    with pytest.raises(SpecError, match=r"^multiplier truncated_steps mode must be .* not 9$"):
        export(MODES, multiplier, "npy", 9)
    with pytest.raises(SpecError, match=r"^export format must be one of npy, c, verilog, not 'q'$"):
        export(MODES, multiplier, "q")


PRINT = """
#include <stdio.h>
#include "table.h"
int main(void) {
  fwrite("%d", 1, 1, stdout);
  for (size_t i = 0; i < sizeof %s / sizeof *(%s); i++) {
    int value = (%s)[i];
    printf(" %%d", value);
  }
  return 0;
}
"""


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no C compiler")
@pytest.mark.parametrize(
    ("name", "word"), [("truncated_6", "int16_t"), (MODES, "int16_t"), ("narrow", "int16_t")]
)
def test_a_header_compiles_to_the_same_numbers(name, word, tmp_path):
    multiplier = NARROW if name == "narrow" else find(name)
    (tmp_path / "table.h").write_bytes(export(name, multiplier, "c"))
    assert f"static const {word} {name}[" in (tmp_path / "table.h").read_text()
    first = f"(const {word} *){name}"
    (tmp_path / "main.c").write_text(PRINT % (0, name, first, first))
    command = ["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "main.c", "-o", "main"]
    subprocess.run(command, cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True)
    printed = np.array(done.stdout.split()[1:], dtype=np.int64)
    tables = [multiplier.table(mode) for mode in range(len(multiplier.modes))]
    assert np.array_equal(printed, np.concatenate([table.ravel() for table in tables]))


def test_a_header_says_what_it_holds():
    wide = array_multiplier("wide", OperandKind(8, False), OperandKind(8, False))
    text = export("wide", wide, "c").decode()
    assert "static const int32_t wide[256][256] =" in text  # 65025 needs more than 16 bits
    digest = hashlib.sha256(wide.table().astype("<i4").tobytes()).hexdigest()
    assert re.search(rf"^ \* {digest}$|int32: {digest}$", text, re.M)
    comment = " ".join(re.sub(r"\n \*", "", text.partition("*/")[0]).split())
    assert "Index: [a & 255][w & 255], where a is u8 and w is u8" in comment
    modes = export(MODES, find(MODES), "c").decode()
    assert "Index: [mode][a & 255][w & 255], where a is u8 and w is s8" in modes
    assert max(map(len, modes.splitlines())) <= 100


@pytest.mark.parametrize("name", ["truncated_6", "exact_booth", "heam_u8", "posneg_2"])
def test_an_exported_circuit_comes_back(name):
    multiplier = find(name)
    for mode in {0, len(multiplier.modes) - 1}:
        text = export(name, multiplier, "verilog", mode).decode()
        netlist = import_verilog(Source("x.v", text), AWP)
        assert netlist.name == name
        assert (netlist.a_kind, netlist.w_kind) == (multiplier.a_kind, multiplier.w_kind)
        assert np.array_equal(netlist.table(), multiplier.table(mode))


def test_a_narrow_circuit_comes_back():
    netlist = import_verilog(Source("x.v", export("n", NARROW, "verilog").decode()), AWP)
    assert netlist.p_kind.width >= 9
    assert np.array_equal(netlist.table(), NARROW.table())


def test_a_circuit_of_several_modes_is_asked_by_a_port():
    multiplier = find(MODES)
    text = export(MODES, multiplier, "verilog").decode()
    assert re.search(r"^  input \[1:0\] mode;$", text, re.M)
    # Bound to a constant by an outer module, each mode is the multiplier's.
    for mode in range(len(multiplier.modes)):
        outer = f"""module outer(input [7:0] a, input signed [7:0] w, output signed [15:0] p);
          {MODES} inner(.a(a), .w(w), .mode(2'd{mode}), .p(p));
        endmodule\n"""
        netlist = import_verilog(Source("x.v", outer + text), AWP)
        assert np.array_equal(netlist.table(), multiplier.table(mode))


def test_names_become_words_of_c_and_verilog():
    text = export("2 odd-names", NARROW, "verilog").decode()
    assert "module _2_odd_names(" in text
    assert "int16_t _2_odd_names[16][32]" in export("2 odd-names", NARROW, "c").decode()


def test_exported_circuits_are_used_together():
    both = [export(name, find(name), "verilog").decode() for name in ("exact", "truncated_6")]
    outer = """module outer(input [7:0] a, input signed [7:0] w, output signed [15:0] p);
      wire signed [15:0] x, y;
      exact one(.a(a), .w(w), .p(x));
      truncated_6 other(.a(a), .w(w), .p(y));
      assign p = x - y;
    endmodule\n"""
    netlist = import_verilog(Source("x.v", outer + "".join(both)), AWP)
    assert np.array_equal(netlist.table(), find("exact").table() - find("truncated_6").table())
