"""Measuring the energies that a search works with."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.multiplier import Multiplier
from hwgen.cost.codes import energies_by_code
from hwgen.cost.operands import Encoding
from hwgen.cost.technology import Technology
from hwgen.emulation.transitions import transitions
from hwgen.golden import exact_mapping
from hwgen.mapping.energy import Energies
from hwgen.network.graph import Network
from hwgen.spec.mapping import Choice

__all__ = ["measure_energies"]

IMAGES = 256  # that operands are drawn from
SAMPLES = 8192  # products of each layer


def measure_energies(
    multipliers: Mapping[str, Multiplier],
    technology: Technology,
    network: Network,
    images: NDArray[np.uint8],
    rows: int,
    cols: int,
    *,
    at_edge: bool = False,
) -> Energies:
    """Energy of a product for every multiplier, mode, layer and stored weight code.

    Operands are those of the exact network, in the order in which an array's elements get them;
    how codes are compared with each other is said in :mod:`hwgen.cost.codes`.

    Parameters
    ----------
    multipliers : mapping of str to Multiplier
        By catalogue name; operands of at most 8 bits.
    technology : Technology
    network : Network
    images : uint8[N, H, W, C]
        Calibration images, as codes; the first 256 count.
    rows, cols : int
        Of the array.
    at_edge : bool
        Form ``edge``: the array's edge shortens activations, and what elements hold is priced.
        The edge itself, once per row, is not.

    Returns
    -------
    Energies
        NaN for codes that a multiplier of narrow operands does not take, and for layers whose
        activations it does not.
    """
    exact = exact_mapping(network)
    traces = transitions(network, exact, images[:IMAGES], rows, cols, samples=SAMPLES)
    encodings = {name: Encoding(x, at_edge) for name, x in multipliers.items()}
    found = energies_by_code(encodings, technology, traces)
    tables = {
        Choice(name, mode): table
        for name, modes in found.items()
        for mode, table in enumerate(modes)
    }
    return Energies(tuple(traces), tables)
