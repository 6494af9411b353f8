"""An adder whose carries are computed in parallel."""

from amaranth.hdl import Cat, Signal

__all__ = ["prefix_sum"]


def prefix_sum(m, x, y):
    """Value of ``x + y``, as wide as both, by a tree of generate and propagate gates.

    J. Sklansky, "Conditional-sum addition logic", IRE Transactions on Electronic Computers
    EC-9(2), 1960: a level doubles the bits over which carries are known, and joins every bit of
    the upper half of a group to the last of the lower half. The synthesizer's ``+`` ends up as
    a chain, since its scripts minimize area.
    """

    def net(value):
        result = Signal()
        m.d.comb += result.eq(value)
        return result

    half = [net(bit ^ other) for bit, other in zip(x, y, strict=True)]
    generate = [net(bit & other) for bit, other in zip(x, y, strict=True)]
    propagate = list(half)
    span = 1
    while span < len(half):
        for k in range(len(half)):
            if k & span:
                last = (k & -span) - 1  # of the lower half
                generate[k] = net(generate[k] | (propagate[k] & generate[last]))
                propagate[k] = net(propagate[k] & propagate[last])
        span *= 2
    return Cat(half[0], *(bit ^ carry for bit, carry in zip(half[1:], generate, strict=False)))
