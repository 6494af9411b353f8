"""Gates that depend on the mode of a reconfigurable multiplier."""

from itertools import combinations, product

from amaranth.hdl import Const, Signal

__all__ = ["ModeDecoder"]


class ModeDecoder:
    """Makes nets that tell modes apart, each of them once, as cheaply as the modes allow.

    Mode codes that no mode has are never applied, so they decide nothing.

    Parameters
    ----------
    m : Module
        Where the gates go.
    mode : Signal or None
        Code of the mode; None when there is one mode.
    count : int
        Modes.
    """

    def __init__(self, m, mode, count):
        self._m = m
        self._mode = mode
        self._count = count
        self._nets = {}

    def gate(self, bit, states):
        """``bit`` after every mode has had its way; None stands for a constant 0.

        ``states`` says per mode whether the bit passes (``x``), must be ``0`` or ``1``, or is
        0 already (``-``), which may then be gated or not.
        """
        modes = {state: {k for k, s in enumerate(states) if s == state} for state in "x01-"}
        if not modes["x"] or bit is None:
            if not modes["1"]:
                return None
            return self._net(modes["1"], modes["0"] | modes["-"] | modes["x"])
        if isinstance(bit, Const):
            return self._net(modes["1"] | modes["x"], modes["0"])
        if modes["0"]:
            bit = self._store(bit & ~self._net(modes["0"], modes["x"]))
        if modes["1"]:
            bit = self._store(bit | self._net(modes["1"], modes["x"] | modes["0"] | modes["-"]))
        return bit

    def _net(self, on, off):
        """A net that is 1 in the modes ``on`` and 0 in the modes ``off``."""
        if not off:
            return Const(1)
        key = (frozenset(on), frozenset(off))
        if key not in self._nets:
            self._nets[key] = self._store(self._expression(on, off))
        return self._nets[key]

    def _expression(self, on, off):
        bits = range(len(self._mode))
        literals = [(self._mode[k] ^ flip, k, flip) for k, flip in product(bits, (0, 1))]

        def holds(literal, mode):
            return ((mode >> literal[1]) & 1) != literal[2]

        for literal in literals:
            if all(holds(literal, x) for x in on) and not any(holds(literal, x) for x in off):
                return literal[0]
        for x, y in combinations(literals, 2):
            for join, joined in ((all, x[0] & y[0]), (any, x[0] | y[0])):
                if all(join((holds(x, k), holds(y, k))) for k in on) and not any(
                    join((holds(x, k), holds(y, k))) for k in off
                ):
                    return joined
        return sum((self._mode == k for k in sorted(on)), Const(0, 1)).bool()

    def _store(self, value):
        net = Signal()
        self._m.d.comb += net.eq(value)
        return net
