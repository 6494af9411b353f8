"""Energy of given transitions of a multiplier, whose mode may change, too."""

import numpy as np
from numpy.typing import NDArray

from hwgen.cost.characterize import TOP, circuit_rtlil
from hwgen.cost.energy import delay_steps, lane_energies_pj, toggle_prices_pj
from hwgen.cost.operands import Encoding
from hwgen.cost.synthesis import synthesize
from hwgen.cost.technology import Technology
from hwgen.cost.timing import analyze
from hwgen.errors import SpecError
from hwgen.network.transitions import Transitions

__all__ = ["transition_energies_pj"]


def transition_energies_pj(
    name: str,
    encoding: Encoding,
    technology: Technology,
    operands: Transitions,
    mode_before: NDArray[np.int64],
    mode: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Energy of every transition: float64[N].

    Parameters
    ----------
    name : str
        Of the multiplier, for errors.
    encoding : Encoding
    technology : Technology
    operands : Transitions
    mode_before, mode : int64[N]
        Mode of the product before, and of the product itself.

    Raises
    ------
    SpecError
        The multiplier does not take all operands.
    """
    before = {
        "a": encoding.activations(operands.a_before),
        "w": encoding.weights(operands.w_before),
        "mode": mode_before,
    }
    after = {
        "a": encoding.activations(operands.a),
        "w": encoding.weights(operands.w),
        "mode": mode,
    }
    if any((codes < 0).any() for ports in (before, after) for codes in ports.values()):
        kinds = f"{encoding.multiplier.a_kind.name} x {encoding.multiplier.w_kind.name}"
        raise SpecError(f"multiplier {name} must take all codes of its layers, not {kinds} alone")
    netlist = synthesize(circuit_rtlil(name, encoding.circuit), TOP, technology, "rtlil")
    timing = analyze(netlist, technology)
    prices = toggle_prices_pj(netlist, timing, technology)
    return lane_energies_pj(netlist, delay_steps(timing, technology), prices, before, after)
