"""What is fed into a multiplier's ports: the codes of a trace, in its own operand kinds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.errors import SpecError
from hwgen.network.transitions import Transitions

__all__ = ["UNIFORM_SAMPLES", "Codes", "check_operands", "port_codes", "uniform_transitions"]

UNIFORM_SAMPLES = 4096

Codes = dict[str, NDArray[np.int64]]  # raw codes of every port, by its name


def uniform_transitions(samples: int = UNIFORM_SAMPLES, seed: int = 0) -> Transitions:
    """Uniform random activations, each past a uniform random weight that stays."""
    rng = np.random.default_rng(seed)
    before, a = rng.integers(0, 256, (2, samples), dtype=np.uint8)
    w = rng.integers(-128, 128, samples, dtype=np.int8)
    return Transitions(before, w, a, w)


def check_operands(name: str, multiplier: Multiplier) -> None:
    """Raise :exc:`SpecError` for a multiplier whose operands hold more than 8 bits."""
    kinds = (multiplier.a_kind, multiplier.w_kind)
    if max(kind.width for kind in kinds) > 8:
        raise SpecError(
            f"multiplier {name} must take operands of at most 8 bits to be characterized, "
            f"not {kinds[0].name} and {kinds[1].name}"
        )


def port_codes(
    multiplier: Multiplier, mode: int, traces: Sequence[Transitions]
) -> tuple[Codes, Codes]:
    """Raw codes of the ports before and after every transition of all traces.

    A trace holds u8 activations and s8 weights. Every multiplier is fed with the same trace,
    re-encoded as a layer that uses it would be: signed activations are ``code - 128``,
    unsigned weights ``code + 128``. Of an operand of fewer than 8 bits these are the top bits:
    uniform operands stay uniform, and those of a network are rounded down, once, in front of
    the multiplier.
    """

    def ports(a: list[NDArray[np.uint8]], w: list[NDArray[np.int8]]) -> Codes:
        activations = _encoded(np.concatenate(a), U8, multiplier.a_kind)
        weights = _encoded(np.concatenate(w), S8, multiplier.w_kind)
        return {"a": activations, "w": weights, "mode": np.full_like(activations, mode)}

    return (
        ports([x.a_before for x in traces], [x.w_before for x in traces]),
        ports([x.a for x in traces], [x.w for x in traces]),
    )


def _encoded(
    values: NDArray[np.integer], given: OperandKind, kind: OperandKind
) -> NDArray[np.int64]:
    """Top bits of values of one kind of 8 bits, as raw codes of another one's sign."""
    low = -128 if kind.signed else 0
    return kind.encode(values.astype(np.int64) - given.low + low >> 8 - kind.width)
