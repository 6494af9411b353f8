"""What columns know of activations, beside their products."""

from dataclasses import dataclass

__all__ = ["Sums"]


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Sums that correct a column's sum of products.

    Parameters
    ----------
    width : int
        Bits of the sum of activations over all taps of a filter; 0: there is none.
    variate_bits : int
        Bits of x = f(a); 0: there is no sum of x.
    variate_width, variate_factor_width : int
        Bits of the sum of x over all taps, and of its factor.
    lane_width : int
        Bits of an activation on the array's diagonal; 0: columns have none of their own.
    lowest : int
        Exclusive or of it turns a stored activation code into the one that the multiplier gets.
    """

    width: int = 0
    variate_bits: int = 0
    variate_width: int = 0
    variate_factor_width: int = 0
    lane_width: int = 0
    lowest: int = 0

    @property
    def own_sum(self) -> int:
        """Bits of a column's own activation that are multiplied by the factor of the sum."""
        return self.lane_width if self.width else 0

    @property
    def own_variate(self) -> int:
        """Bits of a column's own sum of x."""
        return self.variate_width if self.lane_width else 0

    @property
    def stages(self) -> int:
        """Cycles that it takes to add the corrections to a sum, bias included."""
        if self.variate_bits:
            return 3
        return 2 if self.width else 1
