import numpy as np
import pytest

from hwgen.compiler.program import Placement, Program, Step
from hwgen.spec.accelerator import load_spec
from sim.scoreboard import Mismatch, Scoreboard

# A layer of three lines in two pieces, and one of a single code.
PLACEMENTS = {
    "image": Placement(address=0, shape=(1, 1, 1)),
    "stem": Placement(address=10, shape=(3, 2, 2)),
    "logits": Placement(address=4, shape=(1, 1, 2)),
}
STEPS = (
    Step(layer="stem", first_line=0, lines=2),
    Step(layer="stem", first_line=2, lines=1),
    Step(layer="logits", first_line=0, lines=1),
)
TENSORS = {
    "stem": np.arange(100, 112, dtype=np.uint8).reshape(3, 2, 2),
    "logits": np.array([[[7, 8]]], dtype=np.uint8),
}
WRITES = [
    *((0, 10 + i, 100 + i) for i in range(8)),
    *((1, 18 + i, 108 + i) for i in range(4)),
    (2, 4, 7),
    (2, 5, 8),
]


@pytest.fixture
def scoreboard():
    program = Program(
        spec=load_spec("2x2"),
        mapping_digest="",
        descriptors=(),
        weights=(),
        parameters=(),
        steps=STEPS,
        placements=PLACEMENTS,
    )
    return Scoreboard(program, TENSORS)


def play(scoreboard, writes):
    for descriptor, address, code in writes:
        scoreboard.write(descriptor, address, code)


def test_every_code_once_is_accepted_in_any_order_within_a_piece(scoreboard):
    play(scoreboard, [*reversed(WRITES[:8]), *WRITES[8:]])
    assert (scoreboard.codes, scoreboard.complete) == (14, 1)
    scoreboard.finish()
    assert (scoreboard.codes, scoreboard.complete) == (14, 2)


def test_a_tensor_is_complete_after_its_last_piece_only(scoreboard):
    play(scoreboard, WRITES[:9])
    assert scoreboard.complete == 0
    play(scoreboard, WRITES[9:13])
    assert scoreboard.complete == 1


@pytest.mark.parametrize(
    ("writes", "message"),
    [
        (
            [*WRITES[:9], (1, 19, 0)],
            r"^layer stem code \[2, 0, 1\] is 0, golden says 109$",
        ),
        ([*WRITES[:3], (0, 11, 101)], r"^layer stem code \[0, 0, 1\] was written twice$"),
        (
            [*WRITES[:3], (0, 18, 108)],
            r"^layer stem wrote to byte 18, outside its piece of 8 bytes at 10$",
        ),
        (
            [(0, 9, 100)],
            r"^layer stem wrote to byte 9, outside its piece of 8 bytes at 10$",
        ),
        (WRITES[1:9], r"^layer stem code \[0, 0, 0\] was not written$"),
        ([*WRITES[:11], WRITES[12]], r"^layer stem code \[2, 1, 1\] was not written$"),
        ([*WRITES, (3, 4, 7)], r"^descriptor 3 is beyond the end of the program$"),
    ],
    ids=["wrong", "twice", "beyond", "before", "missing", "missing in a piece", "too many"],
)
def test_anything_else_is_a_mismatch_that_says_where(writes, message, scoreboard):
    with pytest.raises(Mismatch, match=message):
        play(scoreboard, writes)


def test_a_program_that_ends_early_is_a_mismatch(scoreboard):
    play(scoreboard, WRITES[:12])
    with pytest.raises(Mismatch, match=r"^the program ended after descriptor 1 of 2$"):
        scoreboard.finish()


def test_a_last_code_that_never_came_is_a_mismatch(scoreboard):
    play(scoreboard, WRITES[:13])
    with pytest.raises(Mismatch, match=r"^layer logits code \[0, 0, 1\] was not written$"):
        scoreboard.finish()


def test_no_write_at_all_is_a_mismatch(scoreboard):
    with pytest.raises(Mismatch, match=r"^layer stem code \[0, 0, 0\] was not written$"):
        scoreboard.finish()
