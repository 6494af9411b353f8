"""Approximating a netlist: substitute nets by similar ones and drop what becomes dead.

Greedy substitute-and-simplify in the manner of SASIMI (Venkataramani et al., DATE 2013),
judged on all operand pairs. ``python -m hwgen.arith.netlist.simplify`` prints the shipped
netlist again; it takes some minutes.
"""

import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.netlist.gate_builder import array_multiplier, substituted, to_verilog
from hwgen.arith.netlist.gates import AREA, CONSTANTS, evaluate, packed_operands
from hwgen.arith.netlist.netlist import Netlist
from hwgen.arith.operand import S8, U8

__all__ = ["simplify"]

NEIGHBOURS = 3  # similar nets that are tried in place of a gate, besides what is always tried


def simplify(
    netlist: Netlist, *, max_std: float, max_mean: float, steps: int | None = None
) -> Netlist:
    """A smaller netlist whose error stays small, and is 0 where an operand is 0.

    Each step replaces the gate and substitute that save the most area per growth of the
    error's variance. The result depends on nothing but the arguments.

    Parameters
    ----------
    netlist : Netlist
        Where to start.
    max_std, max_mean : float
        Largest standard deviation, and largest absolute mean, of the error. Variance is what
        counts: a bias update takes the mean away.
    steps : int, optional
        Substitutions at most; until none fits by default.
    """
    exact = np.multiply.outer(netlist.a_kind.values, netlist.w_kind.values)
    done = 0
    while steps is None or done < steps:
        best = _best(netlist, exact, max_std, max_mean)
        if best is None:
            break
        netlist = best
        done += 1
    return netlist


def _best(
    netlist: Netlist, exact: NDArray[np.int64], max_std: float, max_mean: float
) -> Netlist | None:
    """The best netlist that is one substitution away, if any is within the limits."""
    nets = evaluate(netlist.gates, packed_operands(netlist.a_kind, netlist.w_kind))
    error = (exact - netlist.table()).ravel()
    is_fixed = (exact == 0).ravel()

    def fits(changed: NDArray[np.int64], fixed: NDArray[np.bool_], slack: float) -> bool:
        return (
            _variance(changed) <= slack * max_std**2
            and abs(int(changed.sum())) <= slack * max_mean * changed.size
            and not changed[fixed].any()
        )

    # Rank all candidates on a sample, then take the first that holds on all pairs.
    sample = _sample(netlist)
    few_nets = [net[sample] for net in nets]
    pairs = (sample[:, None] * 8 + np.arange(8)).ravel()
    few_errors, few_fixed = error[pairs], is_fixed[pairs]
    before, size = _variance(few_errors), _area(netlist)
    small = max_std**2 / 64 or 1.0  # steps that cost less than this are told apart by area alone
    ranked = []
    for old, new in _candidates(netlist, few_nets):
        changed = few_errors - _change(netlist, few_nets, old, new)
        if fits(changed, few_fixed, 2.0):
            growth = max(_variance(changed) - before, 0.0)
            saved = size - _area(substituted(netlist, old, new))
            ranked.append((-saved / (growth + small), old, new))
    for score, old, new in sorted(ranked):
        if score < 0 and fits(error - _change(netlist, nets, old, new), is_fixed, 1.0):
            return substituted(netlist, old, new)
    return None


def _sample(netlist: Netlist) -> NDArray[np.intp]:
    """Bytes of packed pairs: a spread of all pairs, and those where an operand is 0."""
    row = (1 << netlist.w_kind.width) // 8
    count = row << netlist.a_kind.width
    spread, no_weight, no_activation = range(0, count, 17), range(0, count, row), range(row)
    return np.array(sorted({*spread, *no_weight, *no_activation}))


def _variance(error: NDArray[np.int64]) -> float:
    # In integers, so that no machine rounds differently.
    return (error.size * int(error @ error) - int(error.sum()) ** 2) / error.size**2


def _area(netlist: Netlist) -> float:
    return sum(AREA[gate.kind] for gate in netlist.gates)


def _candidates(netlist: Netlist, nets: list[NDArray[np.uint8]]) -> Iterator[tuple[int, int]]:
    """Pairs of a gate's net and an earlier net: constants, its inputs, what resembles it."""
    sample = np.array([np.unpackbits(net) for net in nets], dtype=np.float32) * 2 - 1
    likeness = sample @ sample.T  # sums of +-1, exact
    first = len(nets) - len(netlist.gates)
    for old, gate in enumerate(netlist.gates, start=first):
        order = np.argsort(-likeness[old, CONSTANTS:old], kind="stable")[:NEIGHBOURS]
        for new in dict.fromkeys((0, 1, gate.x, gate.y, *(int(k) + CONSTANTS for k in order))):
            yield old, new


def _change(
    netlist: Netlist, nets: list[NDArray[np.uint8]], old: int, new: int
) -> NDArray[np.int64]:
    """What is added to every product when net ``new`` takes the place of net ``old``."""
    changed = {old: nets[new]}
    first = len(nets) - len(netlist.gates)
    for number, gate in enumerate(netlist.gates[old - first + 1 :], start=old + 1):
        x, y = changed.get(gate.x), changed.get(gate.y)
        if x is not None or y is not None:
            left, right = nets[gate.x] if x is None else x, nets[gate.y] if y is None else y
            changed[number] = gate.apply(left, right)
    total = np.zeros(nets[0].size * 8, dtype=np.int64)
    for bit, net in enumerate(netlist.outputs):
        if net in changed:
            toggled = np.unpackbits(changed[net] ^ nets[net]).astype(bool)
            rises = np.unpackbits(changed[net])[toggled].astype(np.int64)
            weight = 1 << bit
            if netlist.p_kind.signed and bit == netlist.p_kind.width - 1:
                weight = -weight
            total[toggled] += weight * (2 * rises - 1)
    return total


def main() -> None:
    """Print the shipped approximate netlist."""
    result = simplify(array_multiplier("simplified", U8, S8), max_std=80.0, max_mean=8.0)
    sys.stdout.write(to_verilog(result, "simplified"))


if __name__ == "__main__":
    main()
