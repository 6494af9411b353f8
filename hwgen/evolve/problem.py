"""One evolution without its state: the seed, the bounds, the objective, the technology."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hwgen.arith.exact import Exact
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.netlist.netlist import Netlist
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.cost.characterize import characterize
from hwgen.cost.model import MultiplierCost
from hwgen.cost.technology import Technology
from hwgen.errors import SpecError, check_choice, check_range
from hwgen.evolve.constraint import Constraint
from hwgen.evolve.genome import genes_of, nodes_for
from hwgen.evolve.planes import operands, packed, planes
from hwgen.evolve.prices import FUNCTIONS, gate_prices
from hwgen.evolve.seed import as_netlist
from hwgen.kernels.evolution import assess
from hwgen.kernels.evolution.task import MAX_STEPS, State, Task
from hwgen.network.transitions import Transitions

__all__ = ["OBJECTIVES", "Problem"]

OBJECTIVES = ("area", "energy")
_NARROWEST, _WIDEST = 4, 8  # bits of an operand
_INNER_SAMPLES, _SAMPLES = 1024, 4096  # transitions of the inner loop and of the real flow
_SLACK = 1.1  # of the exact circuit's depth in the inner loop; the real flow decides
_MARGIN = 0.98  # of the depth that a slow seed has to come to


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """What is evolved, from what, and for what.

    Parameters
    ----------
    seed_circuit : Netlist
        Where to start; within the bounds.
    constraint : Constraint
    objective : str
        ``area`` or ``energy``: of the mapped circuit in ``technology``.
    technology : Technology
    mutations : int
        Genes that a child differs in, at most.
    children : int
        Lambda.
    """

    seed_circuit: Netlist
    constraint: Constraint
    objective: str
    technology: Technology
    mutations: int = 4
    children: int = 1

    def __post_init__(self) -> None:
        check_choice("evolution", "objective", self.objective, OBJECTIVES)
        check_range("evolution", "mutations", self.mutations, 1, 64)
        check_range("evolution", "children", self.children, 1, 64)
        for kind in (self.seed_circuit.a_kind, self.seed_circuit.w_kind):
            check_range(
                "seed circuit", f"operand {kind.name} width", kind.width, _NARROWEST, _WIDEST
            )
        if not self.constraint.holds(self.constraint.measured(self.seed_circuit)):
            error = self.constraint.measured(self.seed_circuit)
            raise SpecError(
                f"seed circuit {self.seed_circuit.name} must be within the bounds, not have "
                f"MAE {error.mae:g}, WCE {error.wce}, mean error {error.mean:g}"
                + ("" if error.is_zero_preserving else " and products of 0 that are not 0")
            )

    @cached_property
    def baseline(self) -> MultiplierCost:
        """Cost of the exact product as the synthesizer builds it."""
        return self.price(self._exact)

    @property
    def _exact(self) -> Multiplier:
        return Exact(a_kind=self.seed_circuit.a_kind, w_kind=self.seed_circuit.w_kind)

    def price(self, multiplier: Multiplier) -> MultiplierCost:
        """Cost by the real flow, under the constraint's histogram; the layer is ``operands``."""
        return characterize(multiplier, self.technology, self.traces)

    def figure(self, cost: MultiplierCost) -> float:
        """What the objective counts."""
        return cost.area_um2 if self.objective == "area" else cost.energy_pj[0]["operands"]

    @cached_property
    def traces(self) -> dict[str, Transitions]:
        """Transitions of the constraint's histogram, as layer ``operands``."""
        before, after, w = operands(*self._kinds, _SAMPLES, self.constraint.joint)
        a_kind, w_kind = self._kinds
        weights = _as_trace(w, w_kind, S8).astype(np.int8)
        a = [_as_trace(x, a_kind, U8).astype(np.uint8) for x in (before, after)]
        return {"operands": Transitions(a[0], weights, a[1], weights)}

    @property
    def _kinds(self) -> tuple[OperandKind, OperandKind]:
        return self.seed_circuit.a_kind, self.seed_circuit.w_kind

    def start(self, random: int) -> State:
        """The state in which a search begins."""
        return State(random=random, genes=genes_of(self.seed_circuit, self.task.nodes))

    @cached_property
    def task(self) -> Task:
        """What the kernels read."""
        return self._task(self.seed_circuit, self._delay_limit)

    @cached_property
    def _delay_limit(self) -> int:
        """Depth that may stand for a circuit as fast as the exact product.

        A seed that is slower in the real flow has to lose as much of its depth, and some more.
        """
        seed = self._depth(self.seed_circuit)
        slowness = self.price(self.seed_circuit).delay_ns / self.baseline.delay_ns
        if slowness > 1:
            return max(1, int(_MARGIN * seed / slowness))
        return min(
            MAX_STEPS, round(_SLACK * max(self._depth(as_netlist(self._exact, "exact")), seed))
        )

    def _depth(self, netlist: Netlist) -> int:
        low, high = 0, MAX_STEPS  # bisection: the kernels say only whether it is in time
        while low < high:
            middle = (low + high) // 2
            task = self._task(netlist, middle)
            state = State(random=0, genes=genes_of(netlist, task.nodes))
            low, high = (low, middle) if assess(task, state).is_in_time else (middle + 1, high)
        return low

    def _task(self, netlist: Netlist, limit_delay: int) -> Task:
        bounds, prices = self.constraint, gate_prices(self.technology)
        only_likely = bounds.wce is None and not bounds.zero
        pairs = planes(*self._kinds, bounds.joint, only_likely=only_likely)
        before, after, w = operands(*self._kinds, _INNER_SAMPLES, bounds.joint)
        return Task(
            nodes=nodes_for(netlist),
            input_planes=pairs.inputs,
            exact_planes=pairs.exact,
            zero_plane=pairs.zero,
            weights=pairs.weights,
            outputs=len(netlist.outputs),
            is_signed=netlist.p_kind.signed,
            limit_absolute=_units(bounds.mae, pairs.scale, (1 << 63) - 1),
            limit_wce=-1 if bounds.wce is None else int(bounds.wce),
            limit_mean=_units(bounds.mean, pairs.scale, -1),
            zero=bounds.zero,
            limit_delay=limit_delay,
            before=packed(*self._kinds, before, w),
            after=packed(*self._kinds, after, w),
            functions=FUNCTIONS,
            delay=prices.delay,
            area=prices.area,
            output_energy=prices.output_energy,
            pin_energy=prices.pin_energy,
            area_weight=1,
            energy_weight=int(self.objective == "energy"),
            mutations=self.mutations,
            children=self.children,
        )


def _units(bound: float | None, scale: float, without: int) -> int:
    """A bound of a weighted sum in the kernels' integers, rounded down but for rounding."""
    return without if bound is None else int(bound / scale * (1 + 1e-12) + 1e-6)


def _as_trace(codes: np.ndarray, kind: OperandKind, given: OperandKind) -> np.ndarray:
    """Values of a trace from which :func:`hwgen.cost.operands.port_codes` gets the codes."""
    return ((kind.decode(codes) - kind.low) << (8 - kind.width)) + given.low
