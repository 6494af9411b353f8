"""What the search of the kernels reads, and what it changes."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BLOCK_WORDS",
    "CANDIDATES",
    "LANE_WORDS",
    "MAX_STEPS",
    "STEP_PENALTY",
    "Figures",
    "State",
    "Task",
]

# As in evolve.h:
LANE_WORDS = 8  # words of a plane that every instruction set divides
BLOCK_WORDS = 64  # words that are evaluated before the rules are looked at
CANDIDATES = 16  # nets of which a mutation takes the most similar
MAX_STEPS = 254  # time steps of a simulated transition
STEP_PENALTY = 1 << 48  # cost of a time step beyond the limit: more than anything else

Words = NDArray[np.uint64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Task:
    """A search, without its state. Word ``i`` of a plane holds one bit of 64 operand pairs.

    Parameters
    ----------
    nodes : int
        Gates and wires of a genome.
    input_planes : uint64[inputs, words]
        Bits of the operands; ``words`` is a multiple of 8, and of 64 when larger than 64.
    exact_planes : uint64[planes, words]
        Exact products in two's complement, wide enough for any error.
    zero_plane : uint64[words]
        Pairs whose product must be 0, when ``zero`` is set.
    weights : uint64[words]
        Weight of the errors of each word's pairs, below 2**20.
    outputs : int
        Bits of the product.
    is_signed : bool
        Whether the product is in two's complement.
    limit_absolute : int
        Largest sum of ``weight * abs(error)``.
    limit_wce, limit_mean : int
        Largest ``abs(error)`` and largest ``abs(sum(weight * error))``; -1 for none.
    zero : bool
    limit_delay : int
        Longest path in time steps, at most ``MAX_STEPS``. A genome that is later gets faster
        before it gets cheaper.
    before, after : uint64[inputs, lane words]
        Operands of transitions, one per bit, a multiple of 8 words.
    functions : tuple of int
        Truth tables (bit ``x + 2 * y``) that a mutation chooses from.
    delay, area, output_energy, pin_energy : tuple of int
        Of gates, by truth table: 16 numbers each.
    area_weight, energy_weight : int
        The cost is ``area_weight * area + energy_weight * energy``; transitions are simulated
        only when the latter is not 0.
    mutations : int
        Genes that a child differs in, at most.
    children : int
        Lambda.
    in_full : bool
        Evaluate every child on all pairs, all gates, whatever was found before.
    """

    nodes: int
    input_planes: Words
    exact_planes: Words
    zero_plane: Words
    weights: Words
    outputs: int
    is_signed: bool
    limit_absolute: int
    limit_wce: int = -1
    limit_mean: int = -1
    zero: bool = False
    limit_delay: int = MAX_STEPS
    before: Words
    after: Words
    functions: tuple[int, ...]
    delay: tuple[int, ...]
    area: tuple[int, ...]
    output_energy: tuple[int, ...]
    pin_energy: tuple[int, ...]
    area_weight: int = 1
    energy_weight: int = 0
    mutations: int = 4
    children: int = 1
    in_full: bool = False

    @property
    def first(self) -> int:
        """Net of the first node: the two constants and the inputs come before."""
        return 2 + len(self.input_planes)


@dataclass(frozen=True, eq=False, kw_only=True)
class State:
    """Where a search is: the genome, the random numbers, and what was counted.

    Parameters
    ----------
    random : int
        State of the generator, 64 bits.
    genes : int32[3 * nodes + outputs]
        Truth table, ``x`` and ``y`` of every node (10 is a wire of ``x``), then the outputs.
    cost : int
        Of the genome.
    evaluations, neutral, feasible, accepted : int
        Children whose circuit differs from their parent's; the others; those of the first
        that keep the rules; and that became the parent.
    """

    random: int
    genes: NDArray[np.int32]
    cost: int = 0
    evaluations: int = 0
    neutral: int = 0
    feasible: int = 0
    accepted: int = 0

    def copy(self) -> "State":
        """The same, sharing nothing."""
        return replace(self, genes=self.genes.copy())


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A genome's sums of ``weight * abs(error)`` and ``weight * error``, and what it costs.

    ``is_feasible`` and ``is_in_time`` say whether it keeps the rules.
    """

    absolute: int
    total: int
    cost: int
    area: int
    energy: int
    is_feasible: bool
    is_in_time: bool
