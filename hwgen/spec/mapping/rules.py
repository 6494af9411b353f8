"""Rules that give some of a layer's weights another mode, one kind of rule for every level."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, TypeAlias

from hwgen.errors import SpecError, check_range
from hwgen.spec.mapping.indices import Ranges, ranges_of

__all__ = ["Choice", "FilterRule", "KernelRule", "RangeRule", "Rule", "WeightRule"]

_Limits: TypeAlias = Mapping[str, tuple[int, int]]

LARGEST_FILTER = (1 << 16) - 1
LARGEST_TAP = (1 << 24) - 1
LARGEST_CODE = 255  # of a weight minus its zero point


class Choice(NamedTuple):
    """One multiplier in one mode."""

    multiplier: str
    mode: int


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What some weights of a layer are multiplied with.

    Parameters
    ----------
    mode : int
    multiplier : str
        Catalogue name; empty for the layer's.
    """

    mode: int
    multiplier: str = ""

    LIMITS: ClassVar[_Limits] = {}
    """Sets that the rule holds, and the least and largest member of each."""

    def __post_init__(self) -> None:
        for name in self.LIMITS:
            self.ranges(name)

    def ranges(self, name: str) -> Ranges:
        """Members of the set in the field ``name``."""
        value, (low, high) = getattr(self, name), self.LIMITS[name]
        if not isinstance(value, str):
            raise SpecError(f"{name} must be a set of numbers such as '0-3,7', not {value!r}")
        try:
            found = ranges_of(value)
        except SpecError as error:
            raise SpecError(f"{name} {error}") from None
        for member in (int(found[0, 0]), int(found[-1, 1])):
            check_range("rule", name, member, low, high)
        return found


@dataclass(frozen=True, kw_only=True)
class FilterRule(Rule):
    """All weights of the filters in the set ``filters``."""

    filters: str

    LIMITS: ClassVar[_Limits] = {"filters": (0, LARGEST_FILTER)}


@dataclass(frozen=True, kw_only=True)
class KernelRule(Rule):
    """The kernels of ``filters`` that belong to the input channels in ``channels``.

    Channels are counted within the filter's group: a filter of a depthwise layer has channel 0
    only.
    """

    filters: str
    channels: str

    LIMITS: ClassVar[_Limits] = {"filters": (0, LARGEST_FILTER), "channels": (0, LARGEST_TAP)}


@dataclass(frozen=True, kw_only=True)
class RangeRule(Rule):
    """The weights whose original code minus its zero point lies in ``codes``: -255 to 255."""

    codes: str

    LIMITS: ClassVar[_Limits] = {"codes": (-LARGEST_CODE, LARGEST_CODE)}


@dataclass(frozen=True, kw_only=True)
class WeightRule(Rule):
    """The weights of ``filters`` at ``taps``: kernel row, kernel column, channel order."""

    filters: str
    taps: str

    LIMITS: ClassVar[_Limits] = {"filters": (0, LARGEST_FILTER), "taps": (0, LARGEST_TAP)}
