"""The grid of processing elements, behind the skew."""

from amaranth.hdl import Const, Module, Shape, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.array.edge import EdgeRow
from hwgen.array.kinds import labels_of
from hwgen.array.row import PeRow
from hwgen.emission import place

__all__ = ["PeGrid"]


class PeGrid(wiring.Component):
    """Rows of processing elements: each column sums ``rows`` products.

    Latency, in cycles: ``rows + stages + c`` from row 0's activation to ``total[c]``, and that of
    an :class:`~hwgen.array.edge.EdgeRow` with a transform.

    Parameters
    ----------
    columns : Columns
        What the elements are.
    rows, stages : int
        Rows, and registers in every multiplier.
    transform : EdgeTransform, optional
        What is done to the activations of every row in front of the elements.
    diagonal, column_enable, enabled : bool
        Whether there are ``diagonal``, ``column_enable``, ``enable``.
    labels : dict of ColumnKind to str, optional
        What the names of the modules of each kind end in.
    label : str
        What the names of the modules of rows end in, where there are several grids.

    Members
    -------
    a, valid, swap, diagonal : In, one per row
        The wavefront: row ``r`` is ``r`` cycles late.
    column_enable : In(cols)
        Columns in use; activations do not travel beyond them.
    weight, load, enable : In
        See :class:`PeRow`.
    total : Out, one per column
        Column sums.
    lane_a, lane_valid : Out, one per row and column of the diagonal
        What the element in column ``min(rows, cols) - 1`` sends east, of row ``r`` in ``[r]``,
        while its activation counts on the diagonal only: ``r + min(rows, cols)`` cycles after
        row 0's activation has entered row 0. Only with ``diagonal``.
    """

    def __init__(
        self,
        columns,
        *,
        rows,
        stages=0,
        transform=None,
        diagonal=False,
        column_enable=False,
        enabled=False,
        labels=None,
        label="",
    ):
        self.columns = columns
        self.rows = rows
        self.stages = stages
        self.transform = transform
        self.has_diagonal = diagonal
        self.has_column_enable = column_enable
        self.enabled = enabled
        self._labels = labels or labels_of(columns)
        self._label = label
        cols, kind = len(columns), columns.total_kind
        activation = unsigned(columns.a_kind.width)
        members = {
            "a": In(unsigned(transform.kind.width) if transform else activation).array(rows),
            "valid": In(1).array(rows),
            "swap": In(1).array(rows),
            "weight": In(columns.weight_width).array(cols),
            "load": In(rows),
            "total": Out(Shape(kind.width, kind.signed)).array(cols),
        }
        if diagonal:
            lanes = min(rows, cols)
            members["diagonal"] = In(1).array(rows)
            members |= {"lane_a": Out(activation).array(lanes), "lane_valid": Out(1).array(lanes)}
        if column_enable:
            members["column_enable"] = In(cols)
        if enabled:
            members["enable"] = In(1)
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        cols = len(self.columns)
        north = [Const(0, self.total[0].shape())] * cols
        for number in range(self.rows):
            row = self._place_row(m, platform, number, north)
            west = self._west(m, platform, number)
            m.d.comb += [
                *(getattr(row, name).eq(value) for name, value in west.items()),
                row.load.eq(self.load[number]),
            ]
            if self.has_diagonal:
                m.d.comb += row.on_diagonal.eq(1 << number % cols)
                if number < cols:
                    m.d.comb += [
                        self.lane_a[number].eq(row.a_east),
                        self.lane_valid[number].eq(row.valid_east & row.diagonal_east),
                    ]
            for name in ("column_enable", "enable"):
                if name in self.signature.members:
                    m.d.comb += getattr(row, name).eq(getattr(self, name))
            north = row.total_south
        m.d.comb += [self.total[col].eq(north[col]) for col in range(cols)]
        return m

    def _west(self, m, platform, number):
        """What enters a row, by its name."""
        names = ("a", "valid", "swap", *(["diagonal"] if self.has_diagonal else []))
        if self.transform is None:
            return {name: getattr(self, name)[number] for name in names}
        edge = EdgeRow(self.transform, diagonal=self.has_diagonal, enabled=self.enabled)
        place(m, platform, f"edge_{number}", edge, module=f"edge_row{self._label}")
        m.d.comb += [getattr(edge, name).eq(getattr(self, name)[number]) for name in names]
        if self.enabled:
            m.d.comb += edge.enable.eq(self.enable)
        return {name: getattr(edge, f"{name}_east") for name in names}

    def _place_row(self, m, platform, number, north):
        row = PeRow(
            self.columns,
            rows=self.rows,
            stages=self.stages,
            diagonal=self.has_diagonal,
            enabled=self.enabled,
            column_enable=self.has_column_enable,
            labels=self._labels,
        )
        inputs = {"weight": self.weight, "total": north}
        name, module = f"row_{number}", f"pe_row{self._label}"
        return place(m, platform, name, row, module=module, inputs=inputs)
