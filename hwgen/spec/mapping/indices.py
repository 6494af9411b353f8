"""Sets of whole numbers as people write them: ``0-3,7``, or ``-5..5`` with negative ones."""

import re
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError

__all__ = ["Ranges", "expand", "merge", "ranges_of", "ranges_of_members", "text_of"]

Ranges: TypeAlias = NDArray[np.int64]
"""``[n, 2]``: first and last member of each run of consecutive members, ascending. Read-only."""

_PART = r"(-?[0-9]{1,9})(?:(?:-|\.\.)(-?[0-9]{1,9}))?"
_PARTS = re.compile(_PART)
_SET = re.compile(rf"{_PART}(?:,{_PART})*")


@lru_cache(maxsize=4096)
def ranges_of(text: str) -> Ranges:
    """Parse a set; members that touch or repeat are merged. Raises :exc:`SpecError`."""
    packed = text.replace(" ", "")
    if _SET.fullmatch(packed) is None:
        raise SpecError(f"must be a set of numbers such as '0-3,7', not {text!r}")
    found = np.array(
        [(int(first), int(last or first)) for first, last in _PARTS.findall(packed)], np.int64
    )
    if (found[:, 0] > found[:, 1]).any():
        raise SpecError(f"must give ranges upwards, such as '0-3', not {text!r}")
    return merge(found)


def ranges_of_members(members: NDArray[np.int64]) -> Ranges:
    """Ranges of ascending, distinct ``members``."""
    breaks = np.flatnonzero(np.diff(members) > 1)
    firsts = members[np.concatenate([[0], breaks + 1])]
    return np.stack([firsts, members[np.append(breaks, len(members) - 1)]], axis=1)


def merge(ranges: Ranges) -> Ranges:
    """The same members in as few ranges as possible, ascending."""
    ordered = ranges[np.argsort(ranges[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    fresh = np.flatnonzero(ordered[1:, 0] > reach[:-1] + 1)
    firsts = ordered[np.concatenate([[0], fresh + 1]), 0]
    merged = np.stack([firsts, reach[np.append(fresh, len(reach) - 1)]], axis=1)
    merged.setflags(write=False)
    return merged


def text_of(ranges: Ranges, dash: str = "-") -> str:
    """Canonical text of merged ``ranges``."""
    return ",".join(
        f"{first}" if first == last else f"{first}{dash}{last}" for first, last in ranges.tolist()
    )


def expand(ranges: Ranges) -> NDArray[np.int64]:
    """All members, ascending."""
    lengths = ranges[:, 1] - ranges[:, 0] + 1
    starts = np.cumsum(lengths) - lengths
    shifts: NDArray[np.int64] = np.repeat(ranges[:, 0] - starts, lengths)
    return shifts + np.arange(len(shifts))
