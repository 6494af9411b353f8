import gzip
import re

import pytest

from hwgen.cost.generic import generic_liberty
from hwgen.cost.technology import Technology
from hwgen.errors import SpecError


def load(folder, text):
    path = folder / "x.lib"
    path.write_text(text)
    return Technology.load(str(path))


def without(*cells):
    """The generic library without the cells whose names begin so."""
    pattern = rf"^  cell \((?:{'|'.join(cells)})\w*\) {{.*?^  }}\n"
    return re.sub(pattern, "", generic_liberty(), flags=re.M | re.S)


def test_generic_technology_has_gates_and_a_flip_flop(generic):
    assert generic.name == "hwgen_generic"
    assert {"INV_X1", "NAND2_X1", "NOR2_X1", "XOR2_X1", "MUX2_X1"} <= set(generic.gates)
    assert set(generic.flip_flops) == {"DFF_X1"}
    assert generic.voltage_v == 1.1


def test_loads_and_delays_are_measured_in_the_smallest_inverter(generic):
    assert generic.inverter.name == "INV_X1"
    assert generic.unit_load_pf == pytest.approx(0.0012)
    # TAU * (4 + 1) and 0.2 of the slew, which is sqrt((2 * 5 TAU)^2 + (0.3 slew)^2)
    slew = 0.026 / (1 - 0.09) ** 0.5
    assert generic.reference_slew_ns == pytest.approx(slew, rel=0.02)
    assert generic.fo4_ns == pytest.approx(0.013 + 0.2 * slew, rel=0.02)


def test_the_digest_is_that_of_the_text(generic, tmp_path):
    (tmp_path / "x.lib.gz").write_bytes(gzip.compress(generic_liberty().encode()))
    assert Technology.load(str(tmp_path / "x.lib.gz")).digest == generic.digest
    other = load(tmp_path, generic_liberty() + "/* more */")
    assert other.digest != generic.digest


def test_cells_that_are_set_aside_are_not_used(tmp_path):
    text = generic_liberty().replace("cell (XOR2_X1) {", "cell (XOR2_X1) { dont_use : true;")
    assert "XOR2_X1" not in load(tmp_path, text).gates


def test_cells_with_two_outputs_are_not_mapped_to(tmp_path):
    half = """cell (HA) { area : 1; pin (A) { direction : input; } pin (B) { direction : input; }
      pin (C) { direction : output; function : "A & B"; }
      pin (S) { direction : output; function : "A ^ B"; } } }"""
    found = load(tmp_path, generic_liberty().rstrip().removesuffix("}") + half)
    assert "HA" not in found.cells


def test_a_flip_flop_with_functions_of_other_pins_is_not_used(tmp_path):
    text = generic_liberty().replace('next_state : "D"', 'next_state : "E"')
    with pytest.raises(SpecError, match=r"but it lacks a flip-flop$"):
        load(tmp_path, text)


def test_mapping_sees_functions_and_delays_alone(generic):
    assert "internal_power" not in generic.mapping_liberty
    assert generic.mapping_liberty.count("cell (") == len(generic.cells)


@pytest.mark.parametrize(
    ("cells", "lacking"),
    [
        (["INV"], "an inverter"),
        (["NAND2", "AND2"], "an AND or NAND of two inputs"),
        (["NOR2", "OR2"], "an OR or NOR of two inputs"),
        (["DFF"], "a flip-flop"),
        (["INV", "DFF"], "an inverter and a flip-flop"),
    ],
)
def test_a_library_without_needed_cells_is_refused(tmp_path, cells, lacking):
    with pytest.raises(
        SpecError,
        match=rf"^Liberty file {tmp_path}/x.lib must be usable, but it lacks {lacking}$",
    ):
        load(tmp_path, without(*cells))


def test_a_library_without_a_voltage_is_refused(tmp_path):
    text = re.sub("nom_voltage : 1.1;", "", generic_liberty())
    with pytest.raises(SpecError, match=rf"^Liberty file {tmp_path}/x.lib must state nom_voltage$"):
        load(tmp_path, text)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("nom_voltage : 1.1", "nom_voltage : 0", "nom_voltage must be above 0, not 0"),
        ('time_unit : "1ns"', 'time_unit : "0ns"', "its unit of s is '0ns'"),
    ],
)
def test_scales_of_0_are_refused(tmp_path, old, new, rule):
    with pytest.raises(SpecError, match=rf"x.lib must be usable, but {rule}$"):
        load(tmp_path, generic_liberty().replace(old, new))


def test_a_broken_function_is_refused(tmp_path):
    text = generic_liberty().replace('"!(A & B)"', '"!(A & B"')
    with pytest.raises(
        SpecError,
        match=rf"^Liberty file {tmp_path}/x.lib must be usable, "
        r"but function must close its parentheses$",
    ):
        load(tmp_path, text)


def test_a_broken_table_is_refused(tmp_path):
    text = generic_liberty().replace('"0.0006, 0.0024,', '"0.0024,')
    with pytest.raises(
        SpecError,
        match=rf"^Liberty file {tmp_path}/x.lib must be usable, "
        r"but cell INV_X1 pin Y cell_rise must hold 20 values, not 25$",
    ):
        load(tmp_path, text)


INVERTER = "cell INV_X1"


@pytest.mark.parametrize("value", ["big", "-5", "nan", "inf"])
def test_an_area_that_is_none_is_refused(tmp_path, value):
    text = re.sub(r"(cell \(INV_X1\) {\s*area :) [\d.]+", rf"\1 {value}", generic_liberty())
    with pytest.raises(
        SpecError,
        match=rf"^Liberty file {tmp_path}/x.lib must be usable, but {INVERTER} area must be "
        rf"a finite number of at least 0, not {value}$",
    ):
        load(tmp_path, text)


def test_a_negative_leakage_is_refused(tmp_path):
    text = generic_liberty().replace("cell_leakage_power : 16", "cell_leakage_power : -16", 1)
    with pytest.raises(SpecError, match=r"leakage must be a finite number of at least 0, not -16$"):
        load(tmp_path, text)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("-1", "must be a finite number of at least 0, not -1"),
        ("much", "must be a finite number of at least 0, not much"),
        ("0", "must be above 0 in the smallest inverter, not 0.0"),
    ],
)
def test_a_capacitance_that_is_none_is_refused(tmp_path, value, rule):
    text = re.sub(r" capacitance : [\d.e-]+", f" capacitance : {value}", generic_liberty())
    with pytest.raises(SpecError, match=rf"x.lib .* but cell INV_X1 pin A capacitance {rule}$"):
        load(tmp_path, text)


@pytest.mark.parametrize("kinds", [["cell_rise"], ["cell_fall", "rise_transition"]])
def test_a_gate_without_delays_is_refused(tmp_path, kinds):
    text = generic_liberty()
    for kind in kinds:
        text = re.sub(rf"{kind} \(\w+\) {{.*?}}", "", text, flags=re.S)
    missing = " and ".join(kinds)
    with pytest.raises(
        SpecError, match=rf"x.lib .* but {INVERTER} pin Y must state {missing} from A$"
    ):
        load(tmp_path, text)


def test_an_input_without_delays_is_refused(tmp_path):
    text = generic_liberty().replace("related_pin : B;", "related_pin : A;")
    with pytest.raises(SpecError, match=r"pin Y must state cell_rise and cell_fall and .* from B$"):
        load(tmp_path, text)


def test_delays_of_0_are_refused(tmp_path):
    text = re.sub(r"values \(.*?\)", zeros, generic_liberty(), flags=re.S)
    with pytest.raises(SpecError, match=r"four of its kind as load must be above 0, not 0 ns$"):
        load(tmp_path, text)


def zeros(match):
    return re.sub(r"[\d.]+(e-?\d+)?", "0", match[0])


def test_a_table_of_no_numbers_is_refused(tmp_path):
    text = generic_liberty().replace('"0.0006, 0.0024,', '"0.0006, 0.0006,', 1)
    with pytest.raises(SpecError, match=r"pin Y cell_rise index must ascend, not \[0.0006"):
        load(tmp_path, text)
    text = re.sub(r'(cell_rise .*?values \( *\\?\s*") *[\d.]+', r"\1nan", text, count=1, flags=re.S)
    with pytest.raises(
        SpecError, match=r"INV_X1 pin Y cell_rise must hold finite numbers, not nan$"
    ):
        load(tmp_path, text)
    with pytest.raises(SpecError, match=r"INV_X1 pin Y cell_rise must hold numbers, not 'many'$"):
        load(tmp_path, text.replace('"nan', '"many'))
