"""The array of an accelerator, whichever hardware form it has, and the loader of its weights."""

from hwgen.array.grid import SystolicArray
from hwgen.array.range_modes import RangeModes
from hwgen.array.tiles import Tiles
from hwgen.control.weight_loader import WeightLoader
from hwgen.emission import place
from hwgen.spec.program import TAP_BITS
from hwgen.vector.sums import Sums

__all__ = ["array_of", "place_array", "place_loader", "sums_of"]

_FACTOR_BITS = 32


def place_array(m, platform, spec):
    """Make the array of ``spec`` the child ``array`` of ``m``, and return it."""
    return place(m, platform, "array", array_of(spec))


def array_of(spec):
    """The array of ``spec``."""
    multipliers = spec.arithmetic
    options = {
        "rows": spec.rows,
        "cols": spec.cols,
        "sum_column": spec.activation_sum,
        "variate_bits": spec.variate_bits,
        "stages": spec.multiplier_stages,
        "diagonal": True,
    }
    if spec.form == "tiles":
        gating = "cell" if spec.clock_gates else "enable"
        return Tiles(multipliers, **options, gating=gating)
    elements = multipliers[0]
    if spec.form == "columns":
        elements = tuple(multipliers[c % len(multipliers)] for c in range(spec.cols))
    return SystolicArray(elements, **options, at_edge=spec.form == "edge", column_enable=False)


def place_loader(m, platform, spec, *, ahead):
    """Make the loader of the array's weights the child ``loader`` of ``m``, and return it."""
    ranges = None
    if spec.form == "ranges":
        multiplier = spec.arithmetic[0]
        ranges = RangeModes(w_kind=multiplier.w_kind, modes=len(multiplier.modes))
    loader = WeightLoader(
        rows=spec.rows,
        cols=spec.cols,
        weight_bits=spec.weight_bits,
        ahead=ahead,
        ranges=ranges,
    )
    return place(m, platform, "loader", loader)


def sums_of(spec):
    """What columns know of activations."""
    kind = spec.arithmetic[0].a_kind
    if not (spec.activation_sum or spec.variate_bits):
        return Sums()
    return Sums(
        width=kind.width + TAP_BITS if spec.activation_sum else 0,
        variate_bits=spec.variate_bits,
        variate_width=spec.variate_bits + TAP_BITS if spec.variate_bits else 0,
        variate_factor_width=_FACTOR_BITS if spec.variate_bits else 0,
        lane_width=kind.width,
        lowest=1 << (kind.width - 1) if kind.signed else 0,
    )
