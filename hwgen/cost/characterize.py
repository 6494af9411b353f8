"""Area, delay and energy of multipliers, by synthesis and simulation of their netlists."""

from collections.abc import Iterable, Mapping
from functools import partial

import numpy as np
from amaranth.back import rtlil
from numpy.typing import NDArray

from hwgen.arith.multiplier import Multiplier
from hwgen.cost.cache import code_digest, digest_of, recall, remember
from hwgen.cost.energy import (
    clock_energy_pj,
    delay_steps,
    lane_energies_pj,
    toggle_prices_pj,
)
from hwgen.cost.model import MultiplierCost
from hwgen.cost.netlist import Netlist
from hwgen.cost.operands import check_operands, port_codes, uniform_transitions
from hwgen.cost.pe import pe_energies_pj, pe_rtlil
from hwgen.cost.pool import in_threads
from hwgen.cost.synthesis import synthesize
from hwgen.cost.technology import Technology
from hwgen.cost.timing import analyze
from hwgen.flow.yosys import yosys_version
from hwgen.network.transitions import Transitions

__all__ = ["characterize", "characterize_all", "circuit_rtlil"]

TOP = "multiplier"


def characterize(
    multiplier: Multiplier,
    technology: Technology,
    transitions: Mapping[str, Transitions] | None = None,
    *,
    pe: bool = False,
) -> MultiplierCost:
    """Cost of one multiplier; see :func:`characterize_all`."""
    return characterize_all({"": multiplier}, technology, transitions, pe=pe)[""]


def characterize_all(
    multipliers: Mapping[str, Multiplier],
    technology: Technology,
    transitions: Mapping[str, Transitions] | None = None,
    *,
    pe: bool = False,
) -> dict[str, MultiplierCost]:
    """Cost of several multipliers, by their names.

    Every mode is simulated alone: its number stays on the mode input while the operands
    change, as it does in an array, where it travels with the weight. Results are cached by
    content, and so are netlists: another trace needs no other synthesis.

    Parameters
    ----------
    multipliers : mapping of str to Multiplier
        Of operands of at most 8 bits.
    technology : Technology
    transitions : mapping of str to Transitions, optional
        Operands by layer name; default: uniform random activations that stream past uniform
        random weights, as layer ``uniform``. See :func:`~hwgen.cost.operands.port_codes` for
        how they reach operands of other kinds.
    pe : bool
        Whether the cost is that of a processing element with the multiplier in it, as
        :mod:`hwgen.cost.pe` states it; default: the multiplier alone.
    """
    traces = transitions or {"uniform": uniform_transitions()}
    texts = {name: circuit_rtlil(name, x, pe) for name, x in multipliers.items()}
    common = [code_digest(), yosys_version(), technology.digest]
    common += [f"{layer} {trace.digest}" for layer, trace in traces.items()]
    keys = {
        name: digest_of([*common, x.a_kind.name, x.w_kind.name, str(len(x.modes)), texts[name]])
        for name, x in multipliers.items()
    }
    recalled = {
        key: _recall(key, len(multipliers[name].modes), traces) for name, key in keys.items()
    }
    found = {key: cost for key, cost in recalled.items() if cost is not None}
    # Equal circuits under several names are one.
    missing = {key: name for name, key in keys.items() if key not in found}

    def work(key: str, name: str) -> None:
        netlist = synthesize(texts[name], TOP, technology, "rtlil")
        found[key] = _cost(multipliers[name], netlist, technology, traces, pe)
        remember(key, found[key].to_json())

    in_threads([partial(work, *item) for item in missing.items()], "characterize")
    return {name: found[keys[name]] for name in multipliers}


def circuit_rtlil(name: str, multiplier: Multiplier, pe: bool = False) -> str:
    """RTLIL of a multiplier's circuit, or of an element with it, as module ``multiplier``."""
    check_operands(name, multiplier)
    if pe:
        return pe_rtlil(multiplier, TOP)
    text: str = rtlil.convert(multiplier.create(), name=TOP, emit_src=False)
    return text


def _recall(key: str, modes: int, layers: Iterable[str]) -> MultiplierCost | None:
    """Cost under a key; what is damaged is none: it is computed and written again."""
    text = recall(key)
    try:
        cost = None if text is None else MultiplierCost.from_json(text)
    except ValueError:
        return None
    expected = {mode: set(layers) for mode in range(modes)}
    is_whole = cost and {mode: set(x) for mode, x in cost.energy_pj.items()} == expected
    return cost if is_whole else None


def _cost(
    multiplier: Multiplier,
    netlist: Netlist,
    technology: Technology,
    traces: Mapping[str, Transitions],
    pe: bool,
) -> MultiplierCost:
    timing = analyze(netlist, technology)
    steps = delay_steps(timing, technology)
    prices = toggle_prices_pj(netlist, timing, technology)
    ends = np.cumsum([len(trace.a) for trace in traces.values()])
    codes = np.concatenate([trace.w for trace in traces.values()]).view(np.uint8)
    means: dict[int, dict[str, float]] = {}
    tables: dict[int, dict[str, tuple[float, ...]]] = {}
    for mode in range(len(multiplier.modes)):
        if pe:
            lanes = pe_energies_pj(multiplier, mode, netlist, steps, prices, list(traces.values()))
        else:
            before, after = port_codes(multiplier, mode, list(traces.values()))
            lanes = lane_energies_pj(netlist, steps, prices, before, after)
        parts = dict(zip(traces, np.split(lanes, ends[:-1]), strict=True))
        layer_codes = dict(zip(traces, np.split(codes, ends[:-1]), strict=True))
        means[mode] = {layer: float(part.mean()) for layer, part in parts.items()}
        tables[mode] = {layer: _by_code(parts[layer], layer_codes[layer]) for layer in traces}
    clock_pj = clock_energy_pj(netlist, prices)
    return MultiplierCost(
        netlist.area_um2, timing.delay_ns, netlist.leakage_nw, means, tables, clock_pj
    )


def _by_code(energies: NDArray[np.float64], codes: NDArray[np.uint8]) -> tuple[float, ...]:
    counts = np.bincount(codes, minlength=256)
    sums = np.bincount(codes, weights=energies, minlength=256)
    means = np.full(256, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return tuple(means.tolist())
