"""Adding many bits: a Dadda tree of full and half adders, then one carry-propagate adder.

L. Dadda, "Some schemes for parallel multipliers", Alta Frequenza 34, 1965.
"""

from amaranth.hdl import Cat, Const, Signal, Value

from hwgen.arith.circuits.delay import delayed

__all__ = ["BitColumns", "add_bits"]


class BitColumns:
    """Bits of one sum, gathered by weight and then added by as few adders as Dadda needs.

    Sums wrap modulo ``2**width``, so what is added above is dropped. A constant costs at most
    one bit per column: all constants are summed while elaborating.

    Parameters
    ----------
    width : int
        Bits of the sum.
    """

    def __init__(self, width):
        self.width = width
        self.constant = 0
        self._columns: list[list[Value]] = [[] for _ in range(width)]

    def add(self, bit, column):
        """Add ``bit * 2**column``."""
        if column < self.width:
            self._columns[column].append(bit)

    def subtract(self, bit, column):
        """Subtract ``bit * 2**column``: the inverted bit, and -1 in the constant."""
        self.add(~bit, column)
        self.constant -= 1 << column

    def total(self, m, add=None, stages=0):
        """Value of the sum, ``width`` bits; the adders go into module ``m``.

        ``add`` makes the last adder of a module and two rows of bits, such as
        :func:`hwgen.arith.circuits.prefix_adder.prefix_sum`; by default the synthesizer builds
        ``+``. The sum comes ``stages`` cycles after the bits: the first register is in front of
        the last adder, the second behind it, further ones cut the tree into equal parts.
        """
        columns = [list(column) for column in self._columns]
        for c, column in enumerate(columns):
            if (self.constant >> c) & 1:
                column.insert(0, Const(1))  # first, so that an adder folds it early

        limits = _limits(max(map(len, columns), default=0))
        inside = [len(limits) * (k + 1) // (stages - 1) for k in range(stages - 2)]
        for level, limit in enumerate(limits):
            columns = _registered(m, columns, inside.count(level))
            columns = _reduce(m, columns, limit)
        columns = _registered(m, columns, inside.count(len(limits)) + min(stages, 1))
        total = _add_rows(m, columns, add or (lambda _, x, y: x + y))
        return delayed(m, total, min(stages // 2, 1))


def _limits(height):
    """Dadda's column heights 2, 3, 4, 6, 9, ... below ``height``, largest first."""
    limits = [2]
    while limits[-1] < height:
        limits.append(limits[-1] * 3 // 2)
    return [limit for limit in reversed(limits) if limit < height]


def _reduce(m, columns, limit):
    """One stage: no column stays higher than ``limit``, carries included."""
    carries: list[Value] = []
    reduced = []
    for column in columns:
        left, sums = list(column), carries
        carries = []
        while len(left) + len(sums) > limit:
            count = 3 if len(left) + len(sums) > limit + 1 else 2
            # Carries of this stage arrive late and are used only when nothing else is left.
            total, carry = add_bits(m, *((left or sums).pop(0) for _ in range(count)))
            sums.append(total)
            carries.append(carry)
        reduced.append(left + sums)
    return reduced


def _registered(m, columns, cycles):
    """The columns some cycles later; constants need no register."""
    return [
        [bit if isinstance(bit, Const) else delayed(m, bit, cycles) for bit in column]
        for column in columns
    ]


def _signal(m, value):
    # A named net per gate: Amaranth would otherwise repeat the expression at every use.
    net = Signal()
    m.d.comb += net.eq(value)
    return net


def add_bits(m, *bits):
    """Sum and carry of two or three bits; a constant 1 comes first."""
    return _full_adder(m, *bits) if len(bits) == 3 else _half_adder(m, *bits)


def _is_one(bit):
    return isinstance(bit, Const) and bit.value == 1


def _half_adder(m, x, y):
    if _is_one(x):
        return _signal(m, ~y), y
    return _signal(m, x ^ y), _signal(m, x & y)


def _full_adder(m, x, y, z):
    if _is_one(x):
        return _signal(m, ~(y ^ z)), _signal(m, y | z)
    half = _signal(m, x ^ y)
    return _signal(m, half ^ z), _signal(m, (x & y) | (half & z))


def _add_rows(m, columns, add):
    """Add columns of at most two bits; low columns of one bit need no adder."""
    low = 0
    while low < len(columns) and len(columns[low]) < 2:
        low += 1
    kept = [column[0] if column else Const(0, 1) for column in columns[:low]]
    if low == len(columns):
        return Cat(*kept)
    rows = [
        Cat(*(column[row] if row < len(column) else Const(0, 1) for column in columns[low:]))
        for row in range(2)
    ]
    total = Signal(len(columns) - low)
    m.d.comb += total.eq(add(m, *rows))
    return Cat(*kept, total)
