"""Random cases: a network, its mapping, an accelerator, an image, and a memory that stalls."""

from dataclasses import dataclass, replace

import numpy as np

from hwgen.arith.catalogue import find
from hwgen.compiler.compile import compile_network
from hwgen.compiler.cycles import program_cycles
from hwgen.errors import SpecError
from hwgen.network.graph import Network
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import Mapping
from tests.accelerator.cells import Cell, cells_of
from tests.accelerator.forms import mapping_at
from tests.accelerator.random_spec import random_spec
from tests.random_graph import drawn
from tests.random_layers import GraphBuilder

__all__ = ["Case", "effort_of", "make_case"]

ATTEMPTS = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """Everything that one run needs.

    Parameters
    ----------
    seed : int
        Of the plan that it was made of.
    network : Network
    mapping : Mapping
    spec : AcceleratorSpec
    image : uint8[H, W, C]
    stalls : (float, float)
        Share of the cycles in which the channels of reading and of writing stall.
    """

    seed: int
    network: Network
    mapping: Mapping
    spec: AcceleratorSpec
    image: np.ndarray
    stalls: tuple[float, float]

    @property
    def pattern(self):
        """Which channels stall: one of ``cells.PATTERNS``."""
        return {
            (False, False): "none",
            (True, False): "reads",
            (False, True): "writes",
            (True, True): "both",
        }[self.stalls[0] > 0, self.stalls[1] > 0]


def make_case(plan):
    """The case of a plan: the first attempt that meets its wishes with little enough effort."""
    for attempt in range(ATTEMPTS):
        case = _attempt(np.random.default_rng((plan.seed, attempt)), plan)
        if case is not None:
            return case
    raise AssertionError(f"{plan} cannot be met")


def effort_of(network, mapping, spec):
    """Milliseconds that Icarus takes, roughly: twice the cycles of a memory that is quick."""
    steps = program_cycles(compile_network(network, mapping, spec))
    elements = spec.rows * spec.cols * (1 + spec.multiplier_stages / 4)
    return 2 * sum(step.total for step in steps) * (0.3 + 0.04 * elements)


def _attempt(rng, plan):
    zero_points = str(rng.choice(("none", "none", "layer", "filter")))
    if plan.form == "ranges" and zero_points == "filter":
        zero_points = "none"  # comparators read weights, whatever their zero points are
    spec = random_spec(rng, plan.form, plan.has_modes, zero_points != "none")
    network, levels = _network(rng, plan, find(spec.multipliers[0]), zero_points)
    if network is None:
        return None
    mapping = mapping_at(rng, network, spec, levels, chance=0.5)
    spec = _fitted(rng, network, mapping, spec, plan.effort)
    stalls = tuple(
        float(rng.uniform(0.15, 0.6)) if plan.pattern in (name, "both") else 0.0
        for name in ("reads", "writes")
    )
    image = rng.integers(0, 256, network.input_shape).astype(np.uint8)
    case = spec and Case(
        seed=plan.seed, network=network, mapping=mapping, spec=spec, image=image, stalls=stalls
    )
    return case if case and _wished(plan) <= set(cells_of(case)) else None


def _wished(plan):
    return {
        Cell(wish.kind, wish.stride, wish.padding, plan.form, wish.level, plan.pattern)
        for wish in plan.wishes
    }


def _network(rng, plan, multiplier, zero_points):
    """Layers that the plan wishes for, in any order, and the level of each that multiplies."""
    shape = tuple(int(x) for x in (*rng.integers(5, 9, 2), rng.integers(1, 6)))
    bits = (multiplier.a_kind.width, multiplier.w_kind.width)
    builder = GraphBuilder(rng, shape, ("single", "double")[rng.integers(2)], bits, zero_points)
    levels = {}
    for index in rng.permutation(len(plan.wishes)):
        wish = plan.wishes[index]
        for _ in range(40):
            layer = getattr(builder, wish.kind)(drawn(rng, builder), wish.stride, wish.padding)
            if layer:
                levels[layer] = wish.level
                break
        else:
            return None, None
    return builder.network(), levels


def _fitted(rng, network, mapping, spec, most):
    """The accelerator, with as little memory as was drawn; None where that is too much effort."""
    try:
        effort = effort_of(network, mapping, spec)
    except SpecError as error:
        if "-bit accumulators end at" not in str(error):
            raise
        spec = replace(spec, accumulator_width=32)
        effort = effort_of(network, mapping, spec)
    depth = int(rng.choice((rng.integers(1, 7), 16, 64)))
    sizes = _sizes(spec) if rng.random() < 0.5 else [spec.activation_bytes]
    if effort > most:
        return None
    shallow = replace(spec, accumulator_depth=depth)
    for size in sizes:
        tight = replace(shallow, activation_bytes=size)
        try:
            effort = effort_of(network, mapping, tight)
        except SpecError:
            continue
        if effort <= most:
            return tight
    return spec


def _sizes(spec):
    """Bytes of all banks to try, from the smallest on."""
    steps = (-(-int(64 * 1.25**step) // spec.banks) * spec.banks for step in range(20))
    return sorted(set(steps))
