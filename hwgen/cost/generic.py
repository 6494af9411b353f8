"""The generic technology's Liberty file, computed from a small model.

It is not a real process. Its numbers are of the order of a 45 nm one, so that areas, delays and
energies compare sensibly; the model is the method of logical effort:

* A cell is made of static CMOS stages. Every stage input is one finger of each polarity and
  size: capacitance ``C`` per unit of size. A stage's resistance is its logical effort ``g``
  times that of an inverter of its size, its own parasitic delay is ``p``.
* A stage of size ``s`` with load ``L`` has the step delay ``d = TAU * (g * L / (s * C) + p)``.
  Its delay is ``d + 0.2 * slew``, its output's slew (20 to 80 %)
  ``sqrt((2 * d)**2 + (0.3 * slew)**2)``.
* A toggle costs, apart from the load, ``V**2 / 2`` times the parasitic capacitance
  ``p / g * s * C`` and the capacitance of the inner nodes that toggle with the output, and for
  the short circuit ``0.1 * C * s * V**2 * slew / output_slew``.
* Area: one poly pitch of 0.20 um per finger and one per cell, times a row height of 1.4 um.
  Leakage: 8 nW per finger.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import hypot

__all__ = ["generic_liberty"]

VOLTAGE_V = 1.1
TAU_NS = 0.0026
C_PF = 0.0012
FINGER_UM2 = 0.28
FINGER_NW = 8.0
SLEWS_NS = (0.002, 0.01, 0.03, 0.08, 0.25)
LOADS_PF = (0.0006, 0.0024, 0.0072, 0.024, 0.072)
SETUP_NS = 0.03
CLOCK_FINGERS = 8  # of a flip-flop's 16, those that follow the clock


@dataclass(frozen=True)
class Stage:
    """Logical effort and parasitic delay of a static CMOS stage, and its size."""

    g: float
    p: float
    size: float = 1.0

    @property
    def parasitic_pf(self) -> float:
        """Capacitance of its own output."""
        return self.p / self.g * self.size * C_PF

    def step_ns(self, load_pf: float) -> float:
        """Delay of a step."""
        return TAU_NS * (self.g * load_pf / (self.size * C_PF) + self.p)


INV, INV2, INV4 = Stage(1, 1), Stage(1, 1, 2), Stage(1, 1, 4)
NAND2, NAND3 = Stage(4 / 3, 2), Stage(5 / 3, 3)
NOR2, NOR3 = Stage(5 / 3, 2), Stage(7 / 3, 3)
AOI21, OAI21 = Stage(2, 7 / 3), Stage(2, 8 / 3)
AOI22 = OAI22 = Stage(2, 4)
FLIP_FLOP = (NAND2, NAND2, INV)


@dataclass(frozen=True)
class Path:
    """Stages from a pin to the output, first one first, and the condition they conduct in."""

    pin: str
    stages: tuple[Stage, ...]
    when: str = ""

    @property
    def sense(self) -> str:
        """Every stage inverts."""
        return "negative_unate" if len(self.stages) % 2 else "positive_unate"


@dataclass(frozen=True)
class Logic:
    """A combinational cell: ``fingers`` by input pin, ``inner`` fingers and its paths.

    ``idle`` fingers of an input pin's own inverter toggle with the pin, not the output.
    """

    name: str
    function: str
    fingers: dict[str, float]
    inner: float
    paths: tuple[Path, ...]
    idle: dict[str, float]

    @property
    def output(self) -> Stage:
        """The stage that drives the output."""
        return self.paths[0].stages[-1]

    @property
    def total_fingers(self) -> float:
        """All fingers of the cell."""
        return sum(self.fingers.values()) + self.inner


def _plain(name: str, pins: str, function: str, *stages: Stage) -> Logic:
    """All pins take the same stages; the first stage has one finger per pin."""
    size = stages[0].size
    inner = sum(stage.size for stage in stages[1:])
    paths = tuple(Path(pin, stages) for pin in pins.split())
    return Logic(name, function, dict.fromkeys(pins.split(), size), inner, paths, {})


def _exclusive(name: str, function: str, first: Stage, last: Stage, through: str) -> Logic:
    """The output stage sees both pins and the first stage, as in ``!(A & B | !(A | B))``."""
    direct = "" if through == "!" else "!"
    paths = [Path(x, (last,), f"{direct}{y}") for x, y in ("AB", "BA")]
    paths += [Path(x, (first, last), f"{through}{y}") for x, y in ("AB", "BA")]
    return Logic(name, function, {"A": 2.0, "B": 2.0}, 1.0, tuple(paths), {})


def _logic() -> Iterable[Logic]:
    for size, stage in ((1, INV), (2, INV2), (4, INV4)):
        yield _plain(f"INV_X{size}", "A", "!A", stage)
    for size, last in ((1, INV), (2, INV2), (4, Stage(1, 1, 4))):
        yield _plain(f"BUF_X{size}", "A", "A", INV if size < 4 else INV2, last)
    yield _plain("NAND2_X1", "A B", "!(A & B)", NAND2)
    yield _plain("NAND3_X1", "A B C", "!(A & B & C)", NAND3)
    yield _plain("NOR2_X1", "A B", "!(A | B)", NOR2)
    yield _plain("NOR3_X1", "A B C", "!(A | B | C)", NOR3)
    yield _plain("AND2_X1", "A B", "A & B", NAND2, INV)
    yield _plain("OR2_X1", "A B", "A | B", NOR2, INV)
    yield _plain("AOI21_X1", "A B C", "!((A & B) | C)", AOI21)
    yield _plain("OAI21_X1", "A B C", "!((A | B) & C)", OAI21)
    yield _plain("AOI22_X1", "A B C D", "!((A & B) | (C & D))", AOI22)
    yield _plain("OAI22_X1", "A B C D", "!((A | B) & (C | D))", OAI22)
    yield _exclusive("XOR2_X1", "A ^ B", NOR2, AOI21, "!")
    yield _exclusive("XNOR2_X1", "!(A ^ B)", NAND2, OAI21, "")
    select = (Path("S", (AOI22, INV), "!A & B"), Path("S", (INV, AOI22, INV), "A & !B"))
    data = tuple(Path(pin, (AOI22, INV)) for pin in "AB")
    fingers = {"A": 1.0, "B": 1.0, "S": 2.0}
    yield Logic("MUX2_X1", "(A & !S) | (B & S)", fingers, 2.0, data + select, {"S": 1.0})


def generic_liberty() -> str:
    """Text of ``flows/asic/generic.lib``."""
    assert __doc__ is not None
    header = "\n".join(f" * {line}".rstrip() for line in __doc__.strip().splitlines())
    slews, loads = _numbers(SLEWS_NS), _numbers(LOADS_PF)
    index = f"    index_1 ({slews});\n    index_2 ({loads});\n"
    lines = [
        f"/*\n{header}\n *\n * Regenerate with hwgen.cost.generic; do not edit.\n */",
        "library (hwgen_generic) {",
        "  delay_model : table_lookup;",
        '  time_unit : "1ns";\n  voltage_unit : "1V";\n  current_unit : "1mA";',
        '  leakage_power_unit : "1nW";\n  capacitive_load_unit (1, pf);',
        f"  nom_process : 1;\n  nom_temperature : 25;\n  nom_voltage : {VOLTAGE_V};",
        "  operating_conditions (typical) {",
        f"    process : 1;\n    temperature : 25;\n    voltage : {VOLTAGE_V};\n  }}",
        "  default_operating_conditions : typical;",
        "  slew_lower_threshold_pct_rise : 20;\n  slew_upper_threshold_pct_rise : 80;",
        "  slew_lower_threshold_pct_fall : 20;\n  slew_upper_threshold_pct_fall : 80;",
        "  input_threshold_pct_rise : 50;\n  input_threshold_pct_fall : 50;",
        "  output_threshold_pct_rise : 50;\n  output_threshold_pct_fall : 50;",
        "  lu_table_template (delay) {\n    variable_1 : input_net_transition;",
        f"    variable_2 : total_output_net_capacitance;\n{index}  }}",
        "  power_lut_template (energy) {\n    variable_1 : input_transition_time;",
        f"    variable_2 : total_output_net_capacitance;\n{index}  }}",
        "  power_lut_template (input_energy) {\n    variable_1 : input_transition_time;",
        f"    index_1 ({slews});\n  }}",
        *(_cell(logic) for logic in _logic()),
        _flip_flop(),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _cell(logic: Logic) -> str:
    lines = [_head(logic.name, logic.total_fingers)]
    for pin, fingers in logic.fingers.items():
        lines.append(f"    pin ({pin}) {{ direction : input; capacitance : {fingers * C_PF:.5g};")
        if pin in logic.idle:
            lines.append(_input_power(logic.idle[pin]))
        lines.append("    }")
    lines.append(f'    pin (Y) {{ direction : output; function : "{logic.function}";')
    lines.append(f"      max_capacitance : {logic.output.size * LOADS_PF[-1]:.5g};")
    for path in logic.paths:
        lines.append(_timing(path.pin, path.sense, path.when, "", path.stages))
    for pin in logic.fingers:
        stages = max((x.stages for x in logic.paths if x.pin == pin), key=len)
        lines.append(_power(pin, stages))
    return "\n".join([*lines, "    }\n  }"])


def _flip_flop() -> str:
    constraint = f'(scalar) {{ values ("{SETUP_NS}"); }}'
    hold = '(scalar) { values ("0"); }'
    return "\n".join(
        [
            _head("DFF_X1", 16),
            '    ff (IQ, IQN) { clocked_on : "CK"; next_state : "D"; }',
            f"    pin (CK) {{ direction : input; clock : true; capacitance : {C_PF:.5g};",
            _input_power(CLOCK_FINGERS),
            f"    }}\n    pin (D) {{ direction : input; capacitance : {C_PF:.5g};",
            "      timing () { related_pin : CK; timing_type : setup_rising;",
            f"        rise_constraint {constraint} fall_constraint {constraint} }}",
            "      timing () { related_pin : CK; timing_type : hold_rising;",
            f"        rise_constraint {hold} fall_constraint {hold} }}",
            '    }\n    pin (Q) { direction : output; function : "IQ";',
            f"      max_capacitance : {LOADS_PF[-1]:.5g};",
            _timing("CK", "non_unate", "", "rising_edge", FLIP_FLOP),
            _power("CK", FLIP_FLOP),
            "    }\n  }",
        ]
    )


def _head(name: str, fingers: float) -> str:
    area, leakage = FINGER_UM2 * (fingers + 1), FINGER_NW * fingers
    return f"  cell ({name}) {{\n    area : {area:.5g};\n    cell_leakage_power : {leakage:.5g};"


def _timing(pin: str, sense: str, when: str, kind: str, stages: tuple[Stage, ...]) -> str:
    points = [[_arc(stages, slew, load) for load in LOADS_PF] for slew in SLEWS_NS]
    delays = _table("delay", [[delay for delay, _, _ in row] for row in points])
    slews = _table("delay", [[slew for _, slew, _ in row] for row in points])
    return "\n".join(
        [
            f"      timing () {{ related_pin : {pin}; timing_sense : {sense};",
            *([f'        when : "{when}";'] if when else []),
            *([f"        timing_type : {kind};"] if kind else []),
            f"        cell_rise {delays}\n        cell_fall {delays}",
            f"        rise_transition {slews}\n        fall_transition {slews}\n      }}",
        ]
    )


def _power(pin: str, stages: tuple[Stage, ...]) -> str:
    rows = [[_arc(stages, slew, load)[2] for load in LOADS_PF] for slew in SLEWS_NS]
    table = _table("energy", rows)
    return (
        f"      internal_power () {{ related_pin : {pin};\n"
        f"        rise_power {table}\n        fall_power {table}\n      }}"
    )


def _input_power(fingers: float) -> str:
    """Nodes behind the pin with the parasitics of an inverter and one finger of load each."""
    energy = fingers * 2 * C_PF * VOLTAGE_V**2 / 2
    table = f'(input_energy) {{ values ("{_plain_numbers([energy] * len(SLEWS_NS))}"); }}'
    return f"      internal_power () {{ rise_power {table}\n        fall_power {table} }}"


def _arc(stages: tuple[Stage, ...], slew: float, load: float) -> tuple[float, float, float]:
    """Delay, output slew and internal energy of a path."""
    delay = energy = 0.0
    for stage, following in zip(stages, (*stages[1:], None), strict=True):
        driven = load if following is None else following.size * C_PF
        step = stage.step_ns(driven)
        delay += step + 0.2 * slew
        output_slew = hypot(2 * step, 0.3 * slew)
        inner = stage.parasitic_pf + (0.0 if following is None else driven)
        short = 0.1 * stage.size * C_PF * slew / output_slew
        energy += VOLTAGE_V**2 * (inner / 2 + short)
        slew = output_slew
    return delay, slew, energy


def _table(template: str, rows: list[list[float]]) -> str:
    body = ", \\\n          ".join(f'"{_plain_numbers(row)}"' for row in rows)
    return f"({template}) {{ values ( \\\n          {body}); }}"


def _numbers(values: Iterable[float]) -> str:
    return f'"{_plain_numbers(values)}"'


def _plain_numbers(values: Iterable[float]) -> str:
    return ", ".join(f"{value:.5g}" for value in values)
