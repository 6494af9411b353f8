"""Confidence intervals of proportions, of one and of the difference of two paired ones."""

from math import sqrt
from typing import NamedTuple

from hwgen.errors import DataError

__all__ = ["Interval", "paired_difference", "wilson"]

Z_95 = 1.959963984540054  # two-sided 95 % quantile of the normal distribution


class Interval(NamedTuple):
    """From ``low`` to ``high``."""

    low: float
    high: float


def wilson(hits: int, count: int, z: float = Z_95) -> Interval:
    """Confidence interval of the proportion ``hits / count``.

    The score interval of Wilson (Journal of the American Statistical Association 22, 1927): the
    proportions that the observed one does not contradict. It stays within 0 to 1 and has a width
    even when all or none are hits.
    """
    if not 0 <= hits <= count or not count:
        raise DataError(f"a proportion must be of at least one, not {hits} of {count}")
    share, squared = hits / count, z * z / count
    centre = (share + squared / 2) / (1 + squared)
    half = z * sqrt(share * (1 - share) / count + squared / (4 * count)) / (1 + squared)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def paired_difference(lost: int, won: int, count: int, z: float = Z_95) -> Interval:
    """Confidence interval of ``(lost - won) / count`` over the same ``count`` images.

    Of paired proportions by Agresti and Min (Statistics in Medicine 24, 2005): Wald's interval
    after half an observation is added to each of the four cells. Only images that one of both
    recognizes tell anything: no pairing, no such narrow interval.

    Parameters
    ----------
    lost, won : int
        Images that only the first, and only the second recognizes.
    count : int
    z : float
        Quantile of the normal distribution.
    """
    if lost < 0 or won < 0 or lost + won > count or not count:
        raise DataError(f"a difference must be of at least one, not {lost} and {won} of {count}")
    total = count + 2
    centre = (lost - won) / total
    half = z * sqrt(lost + won + 1 - (lost - won) ** 2 / total) / total
    return Interval(max(-1.0, centre - half), min(1.0, centre + half))
