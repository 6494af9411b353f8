import pytest

from hwgen.cost.liberty import parse_liberty
from hwgen.cost.table import Table, Units, read_table

UNITS = Units(time=1.0, capacitance=1.0, voltage=1.0, leakage=1.0)


def library(body):
    return parse_liberty(f"library (x) {{ {body} }}")


def table(template, body):
    group = library(f"lu_table_template (t) {{ {template} }} cell_rise (t) {{ {body} }}")
    template_group, values = group.groups
    return read_table(values, {"t": template_group}, 1.0, UNITS)


def test_values_between_points_are_linear_and_beyond_them_too():
    found = Table((1.0, 3.0), (0.0, 10.0), ((1.0, 2.0), (5.0, 10.0)))
    assert found.at(1.0, 0.0) == 1.0
    assert found.at(2.0, 5.0) == pytest.approx((1 + 2 + 5 + 10) / 4)
    assert found.at(3.0, 20.0) == pytest.approx(15.0)
    assert found.at(0.0, 0.0) == pytest.approx(-1.0)


def test_axes_may_come_in_either_order():
    slew, load = "input_net_transition", "total_output_net_capacitance"
    straight = table(
        f'variable_1 : {slew}; variable_2 : {load}; index_1 ("1, 2"); index_2 ("10, 20, 30");',
        'values ("1, 2, 3", "4, 5, 6");',
    )
    swapped = table(
        f'variable_1 : {load}; variable_2 : {slew}; index_1 ("10, 20, 30"); index_2 ("1, 2");',
        'values ("1, 4", "2, 5", "3, 6");',
    )
    for point in ((1, 10), (2, 30), (1.5, 17), (3, 5)):
        assert straight.at(*point) == pytest.approx(swapped.at(*point))
    assert straight.at(2, 30) == 6


def test_own_indices_come_before_those_of_the_template():
    template = "variable_1 : input_net_transition;"
    found = table(f'{template} index_1 ("1, 2");', 'index_1 ("5, 7"); values ("1, 2");')
    assert found.at(6, 0.3) == pytest.approx(1.5)


def test_a_table_of_loads_alone_ignores_the_slew():
    found = table(
        'variable_1 : total_output_net_capacitance; index_1 ("1, 3");', 'values ("10, 30");'
    )
    assert found.at(99.0, 2.0) == pytest.approx(20.0)


def test_a_scalar_is_everywhere():
    group = library('cell_rise (scalar) { values ("0.5"); }').groups[0]
    assert read_table(group, {}, 2.0, UNITS).at(3.0, 4.0) == 1.0


def test_units_of_a_library():
    units = Units.of(
        library(
            'time_unit : "10ps"; voltage_unit : "100mV"; leakage_power_unit : "1pW";'
            "capacitive_load_unit (2, ff);"
        )
    )
    assert units.time == pytest.approx(0.01)  # ns
    assert units.voltage == pytest.approx(0.1)  # V
    assert units.leakage == pytest.approx(0.001)  # nW
    assert units.capacitance == pytest.approx(0.002)  # pF
    assert units.energy == pytest.approx(0.002 * 0.1**2)  # pJ


def test_indices_and_values_are_converted():
    units = Units(time=0.001, capacitance=0.001, voltage=1.0, leakage=1.0)
    template, group = library(
        "lu_table_template (t) { variable_1 : input_net_transition;"
        ' variable_2 : total_output_net_capacitance; index_1 ("1, 2"); index_2 ("3, 4"); }'
        'cell_rise (t) { values ("1, 2", "3, 4"); }'
    ).groups
    found = read_table(group, {"t": template}, units.time, units)
    assert found.at(0.001, 0.004) == pytest.approx(0.002)


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match=r"^its unit of s is '1 hour'$"):
        Units.of(library('time_unit : "1 hour";'))


def test_a_table_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"^cell_rise must hold 2 values, not 3$"):
        table('variable_1 : input_net_transition; index_1 ("1, 2");', 'values ("1, 2, 3");')
