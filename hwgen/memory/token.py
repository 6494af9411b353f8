"""What goes with a position from the activations to the code that is written."""

from amaranth.lib import data, enum

__all__ = ["TOKEN", "WORK", "Kind", "Update"]


class Kind(enum.Enum, shape=2):
    """What a pass takes, in each column.

    ``TOTAL``: the array's column sum. ``BYTE``: the activation in the lane of the column's own
    number, less an offset. ``SCALED``: the same, requantized before it is accumulated.
    """

    TOTAL = 0
    BYTE = 1
    SCALED = 2


class Update(enum.Enum, shape=2):
    """What an accumulator does with a value; ``KEEP`` has none and reads what is there."""

    SET = 0
    ADD = 1
    MAXIMUM = 2
    KEEP = 3


WORK = data.StructLayout({"kind": Kind, "update": Update, "final": 1, "load": 1})
"""What a pass does with what it takes.

``final``: results are not written back, but go on to be requantized and written as codes.
``load``: columns take the parameters at hand with the pass's first position.
"""

TOKEN = data.StructLayout({"valid": 1, "first": 1, "line_end": 1, "work": WORK})
"""A position under way: first of its pass, last of its line, and what its pass does."""
