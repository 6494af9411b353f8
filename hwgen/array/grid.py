"""The weight-stationary systolic array."""

from amaranth.hdl import Module, Shape, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.array.edge import EdgeRow
from hwgen.array.front import ArrayFront, connect_front
from hwgen.array.kinds import Columns
from hwgen.array.lanes import DiagonalLanes
from hwgen.array.pe_grid import PeGrid
from hwgen.array.sum_columns import sum_members
from hwgen.emission import place
from hwgen.errors import SpecError

__all__ = ["SystolicArray"]


class SystolicArray(wiring.Component):
    """Weight-stationary grid: each column sums ``rows`` products of one filter.

    No flow control: a position may enter every cycle, and ``valid`` marks the rows that
    count. ``swap`` comes one cycle before the first position of a new block. A row's shadow
    weights must be loaded before the swap enters that row, and may be loaded anew from
    ``cols - 1`` cycles after it. Loaded one row per cycle, blocks may follow each other after
    ``max(rows, cols)`` cycles.

    Latency, in cycles: :attr:`latency` from the activations to ``total[0]`` and to the sums of
    the sum columns, ``c`` more to ``total[c]`` and ``diagonal_a[c]``. A cycle without a
    position gives 0 at all of them.

    Parameters
    ----------
    multiplier : Multiplier or sequence of Multiplier
        Of every element, or of every column.
    rows, cols : int
        Size of the grid.
    sum_column : bool
        Whether activations are summed, too: needed where weight codes have a zero point.
    variate_bits : int
        Low activation bits that the second sum column, of x = f(a), may be made of; 0: none.
    stages : int
        Registers in every multiplier.
    diagonal : bool
        Whether activations may count on the diagonal only.
    at_edge : bool
        Whether activations are shortened once per row, in front of the grid: see
        :attr:`Multiplier.edge`. What enters and leaves is the same, a cycle later.
    column_enable : bool
        Whether there is a ``column_enable``; not with ``diagonal``.

    Raises
    ------
    SpecError
        The multipliers do not fit each other, or the edge.

    Members
    -------
    a : In(unsigned), one per row
        Activation codes of one position.
    valid : In(1), one per row
        Row enables: which activations count.
    swap : In(1)
        Make the loaded weights active from the next cycle on.
    diagonal : In(1)
        Whether the activations of this position count on the diagonal only, that is, those of
        row ``r`` in column ``r % cols``. Only with ``diagonal``.
    column_enable : In(cols)
        Columns in use; activations do not travel beyond them. Constant while any is under way.
    weight : In, one per column
        Codes, with the mode above, of one row of weights.
    load : In(rows)
        Strobe per row: store ``weight`` there.
    variate_mask, variate_or : In
        What x is at this position: see :class:`~hwgen.array.sum_columns.VariateElement`.
    total : Out, one per column
        Column sums.
    activation_total, variate_total : Out(unsigned)
        Sums of the activations and of x; 0 for positions on the diagonal.
    diagonal_a : Out(unsigned), one per row and column of the diagonal
        For those: the stored activation code of the row that ``total[c]`` comes from, of the
        first ``cols`` rows. Only with ``diagonal`` and a sum column.
    """

    def __init__(
        self,
        multiplier,
        *,
        rows,
        cols,
        sum_column,
        variate_bits=0,
        stages=0,
        diagonal=False,
        at_edge=False,
        column_enable=True,
    ):
        self.columns = columns = Columns.of(multiplier, rows=rows, cols=cols)
        self.rows = rows
        self.cols = cols
        self.sum_column = sum_column
        self.variate_bits = variate_bits
        self.stages = stages
        self.has_diagonal = diagonal
        self.at_edge = at_edge
        self.has_column_enable = column_enable
        if diagonal and column_enable:
            raise SpecError(
                "array column_enable must be off with diagonal: activations travel through "
                "all columns then"
            )
        self._transform, self._cores = columns.at_edge() if at_edge else (None, columns)
        kind = columns.total_kind
        members = {
            "a": In(unsigned(columns.a_kind.width)).array(rows),
            "valid": In(1).array(rows),
            "swap": In(1),
            "weight": In(columns.weight_width).array(cols),
            "load": In(rows),
            "total": Out(Shape(kind.width, kind.signed)).array(cols),
            **sum_members(columns.a_kind, rows, activations=sum_column, variate_bits=variate_bits),
        }
        if column_enable:
            members["column_enable"] = In(cols)
        if diagonal:
            members["diagonal"] = In(1)
            if sum_column or variate_bits:
                lanes = min(rows, cols)
                members["diagonal_a"] = Out(unsigned(columns.a_kind.width)).array(lanes)
        super().__init__(members)

    @property
    def latency(self):
        """Cycles from the activations to the sum of column 0."""
        return self.rows + self.stages + (EdgeRow.LATENCY if self.at_edge else 0)

    def elaborate(self, platform):
        m = Module()
        front = self._place_front(m, platform)
        grid = PeGrid(
            self._cores,
            rows=self.rows,
            stages=self.stages,
            transform=self._transform,
            diagonal=self.has_diagonal,
            column_enable=self.has_column_enable,
        )
        place(m, platform, "grid", grid)
        for name in ("a", "valid", *self._flags):
            wave = getattr(front, f"{name}_east")
            m.d.comb += [x.eq(y) for x, y in zip(getattr(grid, name), wave, strict=True)]
        m.d.comb += grid.load.eq(self.load)
        if self.has_column_enable:
            m.d.comb += grid.column_enable.eq(self.column_enable)
        scale = self._transform.shift if self.at_edge else 0
        for col in range(self.cols):
            m.d.comb += [
                grid.weight[col].eq(self.weight[col]),
                self.total[col].eq(grid.total[col] << scale),
            ]
        if "diagonal_a" in self.signature.members:
            self._connect_lanes(m, platform, front, grid)
        return m

    @property
    def _flags(self):
        """What goes with the activations of all rows."""
        return ("swap", "diagonal") if self.has_diagonal else ("swap",)

    def _place_front(self, m, platform):
        front = ArrayFront(
            a_kind=self.columns.a_kind,
            rows=self.rows,
            flags=tuple((name, 1) for name in self._flags),
            sum_column=self.sum_column,
            variate_bits=self.variate_bits,
            delay=self.latency - self.rows,
        )
        place(m, platform, "front", front)
        connect_front(m, self, front, self._flags)
        return front

    def _connect_lanes(self, m, platform, front, grid):
        """Activations on the diagonal, from the grid's east if they are whole there."""
        lanes = len(self.diagonal_a)
        if self.at_edge:
            a, delay = front.a_east, self.latency
            valid = [x & y for x, y in zip(front.valid_east, front.diagonal_east, strict=True)]
        else:
            a, valid, delay = grid.lane_a, grid.lane_valid, self.latency - lanes
        line = DiagonalLanes(a_kind=self.columns.a_kind, lanes=lanes, delay=delay)
        place(m, platform, "lanes", line)
        for lane in range(lanes):
            m.d.comb += [
                line.a[lane].eq(a[lane]),
                line.valid[lane].eq(valid[lane]),
                self.diagonal_a[lane].eq(line.stored[lane]),
            ]
