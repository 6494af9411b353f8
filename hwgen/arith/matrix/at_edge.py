"""Masked matrices without the conditioning of their activation."""

from dataclasses import replace

from hwgen.arith.edge import EdgeTransform
from hwgen.arith.matrix.setting import PASS, Conditioning, Setting
from hwgen.arith.operand import OperandKind

__all__ = ["taken_apart"]


def taken_apart(setting: Setting, a_kind: OperandKind) -> tuple[EdgeTransform, Setting] | None:
    """Transform at the edge and what is left of a setting behind it; None if there is no such.

    The product bits of a rounded operand stand in other rows once its carries have run, so it
    may be rounded at the edge only where no mask speaks of its rows.
    """
    shift = setting.a.rounding or _zeros(setting.a, a_kind.width)
    is_rounded = bool(setting.a.rounding)
    gone, left = range(shift), range(max(shift - is_rounded, 0), a_kind.width)
    if not shift or setting.constant % (1 << shift) or any(map(setting.forced, gone)):
        return None
    if is_rounded and (setting.a.zeros or setting.a.ones or _is_masked(setting, left)):
        return None
    transform = EdgeTransform(
        kind=a_kind, shift=shift, rounding="half_up" if is_rounded else "down"
    )
    masks = ((), ()) if is_rounded else (setting.zeros[shift:], setting.ones[shift:])
    conditioning = Conditioning(zeros=setting.a.zeros >> shift, ones=setting.a.ones >> shift)
    core = replace(
        setting,
        a=PASS if is_rounded else conditioning,
        zeros=masks[0],
        ones=masks[1],
        constant=setting.constant >> shift,
    )
    return transform, core


def _zeros(conditioning: Conditioning, width: int) -> int:
    """Low bits that are always 0."""
    states = [conditioning.state(bit) for bit in range(width)]
    return next((bit for bit, state in enumerate(states) if state != "0"), 0)


def _is_masked(setting: Setting, rows: range) -> bool:
    """Whether a mask changes product bits of these rows."""
    return any(masks[row] for masks in (setting.zeros, setting.ones) if masks for row in rows)
