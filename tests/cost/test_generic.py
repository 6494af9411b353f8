from hwgen.cost.generic import generic_liberty
from hwgen.flow.data import data_path


def test_the_committed_library_is_the_computed_one():
    committed = data_path("flows/asic/generic.lib").read_text(encoding="utf-8")
    assert committed == generic_liberty()


def test_only_one_slope_applies_where_conditions_are_told_apart(generic):
    """An exclusive or inverts its input or not, depending on the other one."""
    arcs = generic.gates["XOR2_X1"].pins["Y"].arcs
    assert {(arc.related, arc.sense) for arc in arcs} == {
        (pin, sense) for pin in "AB" for sense in ("positive_unate", "negative_unate")
    }


def test_larger_cells_drive_the_same_load_faster(generic):
    delays = [
        generic.gates[f"INV_X{size}"].pins["Y"].arcs[0].rise.at(0.03, 0.02) for size in (1, 2, 4)
    ]
    assert delays[0] > delays[1] > delays[2]


def test_area_and_leakage_grow_with_the_fingers(generic):
    nand, both = generic.gates["NAND2_X1"], generic.gates["AND2_X1"]
    assert (nand.area_um2, nand.leakage_nw) == (0.84, 16)  # two fingers, and one pitch
    assert (both.area_um2, both.leakage_nw) == (1.12, 24)
