"""The search in Python and NumPy, where there are no compiled kernels; bit for bit the same."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.kernels.evolution.circuit import Circuit, decode, resolve
from hwgen.kernels.evolution.task import (
    BLOCK_WORDS,
    CANDIDATES,
    MAX_STEPS,
    STEP_PENALTY,
    Figures,
    State,
    Task,
)

__all__ = ["assess", "evolve"]

Words = NDArray[np.uint64]
_MASK = (1 << 64) - 1
_GATES: dict[int, Callable[[Words, Words], Words]] = {
    1: lambda x, y: ~(x | y),
    2: lambda x, y: x & ~y,
    4: lambda x, y: ~x & y,
    5: lambda x, y: ~x,
    6: lambda x, y: x ^ y,
    7: lambda x, y: ~(x & y),
    8: lambda x, y: x & y,
    9: lambda x, y: ~(x ^ y),
    11: lambda x, y: x | ~y,
    13: lambda x, y: ~x | y,
    14: lambda x, y: x | y,
}


def evolve(task: Task, state: State, evaluations: int) -> State:
    """See :func:`hwgen.kernels.evolution.evolve`."""
    search = _Search(task, state)
    end = state.evaluations + evaluations
    while search.counts["evaluations"] < end:
        search.generation()
    return State(random=search.random, genes=search.genes, cost=search.cost, **search.counts)


def assess(task: Task, state: State) -> Figures:
    """See :func:`hwgen.kernels.evolution.assess`."""
    circuit = decode(task, state.genes)
    steps = _depth(task, circuit)
    absolute, total, is_feasible = _errors(task, circuit)
    area = _area(task, circuit)
    energy = _energy(task, circuit) if task.energy_weight and steps <= MAX_STEPS else 0
    cost = task.area_weight * area + task.energy_weight * energy + _penalty(task, steps)
    return Figures(
        absolute=absolute,
        total=total,
        cost=cost,
        area=area,
        energy=energy,
        is_feasible=is_feasible,
        is_in_time=steps <= task.limit_delay,
    )


class _Search:
    def __init__(self, task: Task, state: State) -> None:
        self.task = task
        self.random = state.random
        self.cost = assess(task, state).cost
        names = ("evaluations", "neutral", "feasible", "accepted")
        self.counts = {name: getattr(state, name) for name in names}
        self._settle(state.genes.copy(), *resolve(task, state.genes))

    def _settle(self, genes: NDArray[np.int32], circuit: Circuit, alias: dict[int, int]) -> None:
        """Make a genome the parent, and keep its nets' values in the first block."""
        self.genes, self.parent, self.alias = genes, circuit, alias
        values = _values(self.task, circuit, BLOCK_WORDS)
        self.known = {gene: net for gene, net in alias.items() if net in values}
        self.values = values

    def generation(self) -> None:
        """Make the children of one parent; the best, or the last of equals, replaces it."""
        best = None
        for _ in range(self.task.children):
            genes = self._mutated()
            circuit, alias = resolve(self.task, genes)
            if circuit == self.parent:
                self.counts["neutral"] += 1
                cost: int | None = self.cost
            else:
                self.counts["evaluations"] += 1
                cost = self._judged(circuit)
            if cost is not None and (best is None or cost <= best[0]):
                best = cost, genes, circuit, alias
        if best is not None:
            self.counts["accepted"] += best[2] != self.parent
            self.cost = best[0]
            self._settle(*best[1:])

    def _mutated(self) -> NDArray[np.int32]:
        genes = self.genes.copy()
        for _ in range(1 + self._draw(self.task.mutations)):
            gene = self._draw(len(genes))
            genes[gene] = self._random_gene(gene, int(genes[gene]))
        return genes

    def _random_gene(self, gene: int, old: int) -> int:
        is_output = gene >= 3 * self.task.nodes
        if not is_output and gene % 3 == 0:
            return self.task.functions[self._draw(len(self.task.functions))]
        below = self.task.first + (self.task.nodes if is_output else gene // 3)
        return self._similar_net(old, below) if self._draw(2) else self._draw(below)

    def _similar_net(self, than: int, below: int) -> int:
        """Of a few random nets the one that differs least from another, in the first block."""
        drawn = [self._draw(below) for _ in range(CANDIDATES)]
        old = self.known.get(than)
        nets = [(net, self.known.get(net)) for net in drawn]
        found = [
            (int(_bits(self.values[old] ^ self.values[known]).sum()), k, net)
            for k, (net, known) in enumerate(nets)
            if old is not None and known is not None and known != old
        ]
        return min(found)[2] if found else drawn[0]

    def _draw(self, below: int) -> int:
        self.random = (self.random + 0x9E3779B97F4A7C15) & _MASK  # splitmix64
        z = self.random
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((z ^ (z >> 31)) >> 32) * below >> 32

    def _judged(self, circuit: Circuit) -> int | None:
        """Its cost; None when it breaks a rule or costs more than the parent."""
        steps = _depth(self.task, circuit)
        cost = self.task.area_weight * _area(self.task, circuit) + _penalty(self.task, steps)
        if steps > MAX_STEPS or (cost > self.cost and not self.task.in_full):
            return None
        if not _errors(self.task, circuit)[2]:
            return None
        self.counts["feasible"] += 1
        if self.task.energy_weight:
            cost += self.task.energy_weight * _energy(self.task, circuit)
        return cost if cost <= self.cost else None


def _area(task: Task, circuit: Circuit) -> int:
    return sum(task.area[f] for _, f, _, _ in circuit.gates)


def _depth(task: Task, circuit: Circuit) -> int:
    arrival = dict.fromkeys(range(task.first), 0)
    for net, f, x, y in circuit.gates:
        arrival[net] = max(arrival[x], arrival[y]) + task.delay[f]
    return max((arrival[net] for net, *_ in circuit.gates), default=0)


def _penalty(task: Task, steps: int) -> int:
    return max(0, steps - task.limit_delay) * STEP_PENALTY


def _errors(task: Task, circuit: Circuit) -> tuple[int, int, bool]:
    """Weighted sums of the absolute error and of the error, and whether the rules are kept."""
    values = _values(task, circuit)
    planes = [values[net] for net in circuit.outputs]
    product = _numbers(planes, task.is_signed)
    error = _numbers(list(task.exact_planes), True) - product
    weights = np.repeat(task.weights.astype(np.int64), 64)
    absolute, total = int(weights @ np.abs(error)), int(weights @ error)
    must_be_zero = _bits(task.zero_plane).astype(bool)
    is_kept = (
        absolute <= task.limit_absolute
        and (task.limit_wce < 0 or np.abs(error).max() <= task.limit_wce)
        and (task.limit_mean < 0 or abs(total) <= task.limit_mean)
        and not (task.zero and product[must_be_zero].any())
    )
    return absolute, total, bool(is_kept)


def _values(task: Task, circuit: Circuit, words: int | None = None) -> dict[int, Words]:
    """Values of all nets, of the first words only when that many are asked for."""
    inputs = task.input_planes[:, :words]
    zeros = np.zeros_like(inputs[0])
    values = dict(enumerate((zeros, ~zeros, *inputs)))
    for net, f, x, y in circuit.gates:
        values[net] = _GATES[f](values[x], values[y])
    return values


def _bits(plane: Words) -> NDArray[np.uint8]:
    return np.unpackbits(plane.astype("<u8").view(np.uint8), bitorder="little")


def _numbers(planes: list[Words], is_signed: bool) -> NDArray[np.int64]:
    values = sum(_bits(plane).astype(np.int64) << bit for bit, plane in enumerate(planes))
    return values - (_bits(planes[-1]).astype(np.int64) << len(planes)) * is_signed


@dataclass(frozen=True)
class _Wave:
    """Values from the settled one before on; the second is that at time ``first``."""

    first: int
    values: Words  # [time, word]

    @property
    def last(self) -> int:
        return self.first + len(self.values) - 2

    def at(self, times: NDArray[np.int64]) -> Words:
        return self.values[np.clip(times - self.first + 1, 0, len(self.values) - 1)]


def _energy(task: Task, circuit: Circuit) -> int:
    """Toggles of every net, glitches of a step and longer included, times their prices."""
    words = task.before.shape[1]
    constants = (np.zeros((1, words), np.uint64), np.full((1, words), _MASK, np.uint64))
    waves = {net: _Wave(0, value) for net, value in enumerate(constants)}
    for net, pair in enumerate(zip(task.before, task.after, strict=True), start=2):
        is_still = bool((pair[0] == pair[1]).all())
        waves[net] = _Wave(0, np.stack(pair[: 1 if is_still else 2]))
    prices = dict.fromkeys(waves, 0)
    for net, f, x, y in circuit.gates:
        waves[net] = _gate_wave(f, waves[x], waves[y], task.delay[f])
        prices[net] = task.output_energy[f]
        for pin in (x,) if f == 5 else (x, y):
            prices[pin] += task.pin_energy[f]
    return sum(_toggles(wave) * prices[net] for net, wave in waves.items())


def _gate_wave(f: int, x: _Wave, y: _Wave, delay: int) -> _Wave:
    moving = [wave for wave in (x, y) if len(wave.values) > 1]
    if not moving:
        return _Wave(0, _GATES[f](x.values, y.values))
    first, last = min(wave.first for wave in moving), max(wave.last for wave in moving)
    times = np.arange(first - 1, last + 1)
    return _Wave(first + delay, _GATES[f](x.at(times), y.at(times)))


def _toggles(wave: _Wave) -> int:
    changes = wave.values[1:] ^ wave.values[:-1]
    return int(np.unpackbits(changes.view(np.uint8)).sum())
