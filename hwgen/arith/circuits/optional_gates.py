"""Gates between nets of which some are known to be 0: such a net is None and costs nothing."""

from amaranth.hdl import Signal

__all__ = ["and_gate", "extended_bit", "not_gate", "or_gate", "xor_gate"]


def extended_bit(operand, index):
    """Bit of an operand that is extended to both sides: zeros below, its sign above."""
    if index < 0:
        return None
    if index < len(operand):
        return operand[index]
    return operand[-1] if operand.shape().signed else None


def and_gate(m, x, y):
    """Net of ``x & y``."""
    return None if x is None or y is None else _net(m, x & y)


def or_gate(m, x, y):
    """Net of ``x | y``."""
    return (x if y is None else y) if x is None or y is None else _net(m, x | y)


def xor_gate(m, x, y):
    """Net of ``x ^ y``."""
    return (x if y is None else y) if x is None or y is None else _net(m, x ^ y)


def not_gate(m, x):
    """Net of ``~x``; the constant 1 for a net that is 0."""
    return 1 if x is None else _net(m, ~x)


def _net(m, value):
    net = Signal()
    m.d.comb += net.eq(value)
    return net
