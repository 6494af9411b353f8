"""Energy of a product for every weight code: codes that a layer does not hold yet, too.

Which code is cheapest must not depend on which operands happened to be drawn for it, so all
codes of a layer are multiplied with the same activations (common random numbers): few, spread
over the trace by how many of their bits change. Few tell the codes apart well and the layer's
level badly; the level is that of the whole trace with its own weights, by a ratio estimate.
"""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.cost.cache import code_digest, digest_of, recall, remember
from hwgen.cost.characterize import TOP, circuit_rtlil
from hwgen.cost.energy import delay_steps, input_words, toggle_prices_pj, word_energies_pj
from hwgen.cost.netlist import Netlist
from hwgen.cost.operands import Codes, Encoding
from hwgen.cost.pool import in_threads
from hwgen.cost.synthesis import synthesize
from hwgen.cost.technology import Technology
from hwgen.cost.timing import analyze
from hwgen.flow.yosys import yosys_version
from hwgen.network.transitions import Transitions

__all__ = ["LANES", "energies_by_code"]

LANES = 256  # transitions that every code of a layer is multiplied in; 64 are a machine word
BYTES = np.arange(256, dtype=np.uint8).view(np.int8)  # stored codes by raw byte
TOGETHER = 2  # layers simulated at once

Table: TypeAlias = NDArray[np.float64]


def energies_by_code(
    multipliers: Mapping[str, Encoding], technology: Technology, traces: Mapping[str, Transitions]
) -> dict[str, Table]:
    """Energy of a product by weight code, in pJ, of multipliers by name.

    Where a transition of a trace changes the weight, the code follows the trace's weight before;
    elsewhere it stays. The mode stays.

    The mean of a table over a trace's own weights is the trace's mean energy exactly. What it is
    between codes is a sample's: on ResNet-8's layers it was within 1 to 2 % of the layer's mean
    (standard deviation over codes) of what eight times the transitions gave, 9 % at worst.
    Results are cached by content.

    Parameters
    ----------
    multipliers : mapping of str to Encoding
        Of operands of at most 8 bits.
    technology : Technology
    traces : mapping of str to Transitions
        By layer; some thousand transitions each.

    Returns
    -------
    dict of str to float64[modes, layers, 256]
        Layers in the order of ``traces``, codes by the raw byte of the stored s8 weight. NaN for
        codes that the multiplier does not take, and for layers whose activations it does not.
    """
    texts = {name: circuit_rtlil(name, x.circuit) for name, x in multipliers.items()}
    common = ["codes", code_digest(), yosys_version(), technology.digest]
    common += [f"{layer} {trace.digest}" for layer, trace in traces.items()]
    keys = {
        name: digest_of([*common, *_meaning(x), texts[name]]) for name, x in multipliers.items()
    }
    found: dict[str, Table] = {}
    missing = {}  # equal circuits under several names are one
    for name, key in keys.items():
        kept = _recall(key, (len(multipliers[name].multiplier.modes), len(traces), len(BYTES)))
        if kept is None:
            missing[key] = name
        else:
            found[key] = kept

    def work(key: str, name: str) -> None:
        netlist = synthesize(texts[name], TOP, technology, "rtlil")
        found[key] = _tables(multipliers[name], netlist, technology, list(traces.values()))
        remember(key, json.dumps(found[key].tolist()))

    in_threads([partial(work, *item) for item in missing.items()], "energy by code")
    return {name: found[key] for name, key in keys.items()}


def _meaning(encoding: Encoding) -> Iterator[str]:
    """What operands mean to a circuit."""
    multiplier = encoding.multiplier
    yield from (multiplier.a_kind.name, multiplier.w_kind.name, str(len(multiplier.modes)))
    yield repr(encoding.edge.transform) if encoding.at_edge else ""


def _recall(key: str, shape: tuple[int, ...]) -> Table | None:
    """Tables under a key; what is damaged is none: it is computed and written again."""
    text = recall(key)
    try:
        found = None if text is None else np.array(json.loads(text), np.float64)
    except (ValueError, TypeError, RecursionError):
        return None
    return found if found is not None and found.shape == shape else None


def _tables(
    encoding: Encoding, netlist: Netlist, technology: Technology, traces: list[Transitions]
) -> Table:
    """``[modes, layers, 256]`` of one multiplier."""
    timing = analyze(netlist, technology)
    steps = delay_steps(timing, technology)
    prices = toggle_prices_pj(netlist, timing, technology)
    layers = [_Lanes(encoding, trace) for trace in traces]
    found = np.full((len(encoding.multiplier.modes), len(layers), len(BYTES)), np.nan)
    numbers = [number for number, layer in enumerate(layers) if layer.is_taken]
    for start in range(0, len(numbers), TOGETHER):
        some = numbers[start : start + TOGETHER]
        before, after = (
            {port: np.concatenate([layers[x].ports[when][port] for x in some]) for port in "aw"}
            for when in (0, 1)
        )
        ends = np.cumsum([layers[x].words for x in some])
        for mode in range(len(found)):
            constant = {"mode": np.full(64 * ends[-1], mode)}
            lanes = slice(0, 64 * ends[-1])
            words = (input_words(netlist, x | constant, lanes) for x in (before, after))
            sums = np.split(word_energies_pj(netlist, steps, prices, *words), ends[:-1])
            for number, own in zip(some, sums, strict=True):
                found[mode, number] = layers[number].table(own)
    return found


class _Lanes:
    """What is simulated of a layer: few transitions with every code, and the trace itself.

    Transitions that change nothing take nothing: they are counted, but not simulated.

    Attributes
    ----------
    is_taken : bool
        Whether the multiplier takes the activations.
    ports : (Codes, Codes)
        Before and after: :data:`LANES` for each code in turn, then the trace.
    """

    def __init__(self, encoding: Encoding, trace: Transitions) -> None:
        a_before, a = (encoding.activations(x) for x in (trace.a_before, trace.a))
        w_before, w = (encoding.weights(x) for x in (trace.w_before, trace.w))
        self.is_taken = bool((np.minimum(a_before, a) >= 0).all())
        if not self.is_taken:
            return
        self._codes = encoding.weights(BYTES)
        fits = np.minimum(w_before, w) >= 0
        self._weights = trace.w[fits].view(np.uint8)
        is_still = (trace.a_before == trace.a) & (trace.w_before == trace.w)
        self._moving_share = 1 - is_still.mean()
        few = _spread(trace, np.flatnonzero(~is_still))
        own = np.flatnonzero(fits & ~is_still)
        idle = -len(own) % 64
        codes = np.repeat(self._codes.clip(0), len(few))
        stays = np.tile(trace.w_before[few] == trace.w[few], len(BYTES))
        before = np.tile(w_before[few].clip(0), len(BYTES))

        def lanes(each: NDArray[np.int64], trace: NDArray[np.int64]) -> NDArray[np.int64]:
            return np.concatenate((each, trace[own], np.zeros(idle, np.int64)))

        self.ports: tuple[Codes, Codes] = (
            {
                "a": lanes(np.tile(a_before[few], len(BYTES)), a_before),
                "w": lanes(np.where(stays, codes, before), w_before),
            },
            {"a": lanes(np.tile(a[few], len(BYTES)), a), "w": lanes(codes, w)},
        )

    @property
    def words(self) -> int:
        """Machine words of lanes."""
        return len(self.ports[0]["a"]) // 64

    def table(self, sums: Table) -> Table:
        """Energy by code, from the energy of every word."""
        count = len(BYTES) * LANES // 64
        found = sums[:count].reshape(len(BYTES), -1).sum(axis=1) * self._moving_share / LANES
        predicted = found[self._weights].sum()
        if predicted:
            found *= sums[count:].sum() / predicted
        return np.where(self._codes < 0, np.nan, found)


def _spread(trace: Transitions, moving: NDArray[np.int64]) -> NDArray[np.int64]:
    """:data:`LANES` of the transitions, evenly by whether the weight and how many bits change."""
    if not len(moving):
        return np.zeros(LANES, np.int64)
    before, a = (x[moving].astype(np.int64) for x in (trace.a_before, trace.a))
    toggled = np.unpackbits((before ^ a).astype(np.uint8)[:, None], axis=1).sum(axis=1)
    is_kept = trace.w_before[moving] == trace.w[moving]
    order = np.lexsort((np.minimum(before, a), np.maximum(before, a), toggled, is_kept))
    places = ((np.arange(LANES) + 0.5) * len(moving) / LANES).astype(np.int64)
    return moving[order[places]]
