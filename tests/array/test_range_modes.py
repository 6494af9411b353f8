import numpy as np
import pytest

from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.array.range_modes import ModeRange, RangeModes
from hwgen.errors import SpecError

NESTED = (ModeRange(-5, 5, 2), ModeRange(-20, 30, 1))  # LVRM's


def test_nested_ranges_give_inner_weights_the_mode_of_the_first():
    modes = RangeModes(w_kind=S8, modes=3).compute(
        [-128, -21, -20, -6, -5, 0, 5, 6, 30, 31], NESTED, 0
    )
    assert modes.tolist() == [0, 0, 1, 1, 2, 2, 2, 1, 1, 0]


@pytest.mark.parametrize("kind", [S8, U8, OperandKind(5, True)])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_circuit_gives_every_code_the_mode_of_the_definition(kind, count, simulate):
    definition = RangeModes(w_kind=kind, modes=count)
    cols = 16
    circuit = definition.create(cols)
    rng = np.random.default_rng(count)
    seen = set()

    async def bench(ctx):
        for _ in range(6):
            ranges = [
                ModeRange(*map(int, rng.choice(kind.values, 2)), int(rng.integers(count)))
                for _ in range(count - 1)
            ]
            own = int(rng.integers(count))
            ctx.set(circuit.mode, own)
            for number, given in enumerate(ranges):
                ctx.set(circuit.low[number], given.low)
                ctx.set(circuit.high[number], given.high)
                ctx.set(circuit.range_mode[number], given.mode)
            wanted = definition.compute(kind.values, ranges, own)
            for code, mode in enumerate(wanted.tolist()):
                ctx.set(circuit.code[code % cols], code)
                assert ctx.get(circuit.weight[code % cols]) == mode << kind.width | code
                seen.add(mode)

    simulate(circuit, bench)
    assert seen == set(range(count))


def test_more_ranges_than_modes_can_tell_apart_are_refused():
    message = r"^RangeModes ranges must be at most 1, not 2$"
    with pytest.raises(SpecError, match=message):
        RangeModes(w_kind=S8, modes=2).compute([0], NESTED, 0)


def test_a_multiplier_of_one_mode_is_refused():
    with pytest.raises(
        SpecError, match=r"^RangeModes modes must be an integer from 2 to 256, not 1$"
    ):
        RangeModes(w_kind=S8, modes=1)
