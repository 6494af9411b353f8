"""Several arrays with multipliers of their own behind one set of inputs."""

from functools import reduce
from operator import or_

from amaranth.hdl import Module, Shape, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for, ceil_log2

from hwgen.arith.edge import EdgeTransform
from hwgen.array.edge import EdgeRow
from hwgen.array.front import ArrayFront, connect_front
from hwgen.array.kinds import Columns, common_kind, labels_of
from hwgen.array.lanes import DiagonalLanes
from hwgen.array.pe_grid import PeGrid
from hwgen.array.sum_columns import sum_members
from hwgen.emission import place
from hwgen.errors import SpecError, check_choice

__all__ = ["Tiles"]


class Tiles(wiring.Component):
    """Arrays with different multipliers, of which every block of weights names one.

    Skew and sum columns are there once. What is not meant for a tile does not reach it: its
    inputs are 0, and its clock stands still from when its last sum has left until it is given
    weights or a position. A tile without positions gives 0, so the totals are ORed, and the
    last sums of one tile may leave while another one's positions enter.

    Handshake and timing are those of :class:`~hwgen.array.grid.SystolicArray`. ``load_tile``
    says where ``weight`` is stored, and which tile swaps: so weights of the next block must
    not be loaded in the cycle of the swap or before.

    Parameters
    ----------
    tiles : sequence of (Multiplier or sequence of Multiplier)
        Per tile, of every element or of every column. All take the same operands.
    rows, cols : int
        Size of every tile.
    sum_column : bool
        Whether activations are summed.
    variate_bits, stages, diagonal : int, int, bool
        As those of an array, for all tiles.
    at_edge : tuple of bool, optional
        Per tile, whether activations are shortened in front of it; default: none.
    gating : str
        How the clock of an idle tile stands still: ``enable``, clock enables of the registers
        (FPGA), or ``cell``, a gating cell per tile (ASIC).

    Members
    -------
    a, valid, swap, diagonal, weight, load, variate_mask, variate_or : In
        As those of an array; ``weight`` fits the tile with most modes.
    tile, load_tile : In
        Tile of this position; tile of the weights, and of the swap.
    total, activation_total, variate_total, diagonal_a : Out
        As those of an array.
    running : Out(tiles)
        Whether the clock of each tile runs.
    """

    def __init__(
        self,
        tiles,
        *,
        rows,
        cols,
        sum_column,
        variate_bits=0,
        stages=0,
        diagonal=False,
        at_edge=None,
        gating="enable",
    ):
        check_choice("tiles", "gating", gating, ("enable", "cell"))
        self.tiles = tuple(Columns.of(x, rows=rows, cols=cols) for x in tiles)
        self.rows = rows
        self.cols = cols
        self.sum_column = sum_column
        self.variate_bits = variate_bits
        self.stages = stages
        self.has_diagonal = diagonal
        self.at_edge = at_edge or (False,) * len(self.tiles)
        self.gating = gating
        self._check()
        a_kind, kind = self._a_kind, common_kind(columns.total_kind for columns in self.tiles)
        members = {
            "a": In(unsigned(a_kind.width)).array(rows),
            "valid": In(1).array(rows),
            "swap": In(1),
            "tile": In(ceil_log2(len(self.tiles))),
            "load_tile": In(ceil_log2(len(self.tiles))),
            "weight": In(max(x.weight_width for x in self.tiles)).array(cols),
            "load": In(rows),
            "total": Out(Shape(kind.width, kind.signed)).array(cols),
            "running": Out(len(self.tiles)),
            **sum_members(a_kind, rows, activations=sum_column, variate_bits=variate_bits),
        }
        if diagonal:
            members["diagonal"] = In(1)
            if sum_column or variate_bits:
                members["diagonal_a"] = Out(unsigned(a_kind.width)).array(min(rows, cols))
        super().__init__(members)

    def _check(self):
        if len(self.tiles) < 2:
            raise SpecError(f"tiles must be two or more, not {len(self.tiles)}")
        if len(self.at_edge) != len(self.tiles):
            raise SpecError(f"tiles at_edge must be one per tile, not {self.at_edge}")
        kinds = {(x.a_kind.name, x.w_kind.name) for x in self.tiles}
        if len(kinds) > 1:
            found = " and ".join(" x ".join(x) for x in sorted(kinds))
            raise SpecError(f"tiles must all take the same operands, not {found}")

    @property
    def _a_kind(self):
        return self.tiles[0].a_kind

    @property
    def latency(self):
        """Cycles from the activations to the sum of column 0, whichever tile."""
        return self.rows + self.stages + (EdgeRow.LATENCY if any(self.at_edge) else 0)

    def elaborate(self, platform):
        m = Module()
        tiles = len(self.tiles)
        is_loaded, is_fed = Signal(tiles), Signal(tiles)
        m.d.comb += [is_loaded.eq(1 << self.load_tile), is_fed.eq(1 << self.tile)]
        front = self._place_front(m, platform, is_loaded, is_fed)

        sums = [[] for _ in range(self.cols)]
        for number, (grid, scale) in enumerate(self._grids()):
            enable = self._enable(m, number, is_loaded[number], is_fed[number])
            if self.gating == "enable":
                m.d.comb += grid.enable.eq(enable)
            place(
                m,
                platform,
                f"tile_{number}",
                grid,
                module=f"pe_grid_{number}",
                enable=enable if self.gating == "cell" else None,
            )
            self._connect_inputs(m, grid, number, front, is_loaded[number])
            for col, total in enumerate(grid.total):
                scaled = Signal.like(self.total[col], name=f"total_{number}_{col}")
                m.d.comb += scaled.eq(total << scale)
                sums[col].append(scaled)
        m.d.comb += [self.total[col].eq(reduce(or_, x)) for col, x in enumerate(sums)]
        if "diagonal_a" in self.signature.members:
            self._connect_lanes(m, platform, front)
        return m

    def _grids(self):
        """Every tile, and how far its sums are shifted to the left."""
        identity = EdgeTransform(kind=self._a_kind) if any(self.at_edge) else None
        parts = [
            columns.at_edge() if at_edge else (identity, columns)
            for columns, at_edge in zip(self.tiles, self.at_edge, strict=True)
        ]
        labels = labels_of(kind for _, cores in parts for kind in cores)
        for number, (transform, cores) in enumerate(parts):
            grid = PeGrid(
                cores,
                rows=self.rows,
                stages=self.stages,
                transform=transform,
                diagonal=self.has_diagonal,
                enabled=self.gating == "enable",
                labels=labels,
                label=f"_{number}",
            )
            yield grid, transform.shift if transform else 0

    @property
    def _flags(self):
        flags = (("swap", len(self.tiles)), ("tile", len(self.tiles)))
        return (*flags, ("diagonal", 1)) if self.has_diagonal else flags

    def _place_front(self, m, platform, is_loaded, is_fed):
        front = ArrayFront(
            a_kind=self._a_kind,
            rows=self.rows,
            flags=self._flags,
            sum_column=self.sum_column,
            variate_bits=self.variate_bits,
            delay=self.latency - self.rows,
        )
        place(m, platform, "front", front)
        connect_front(m, self, front, ["diagonal"] if self.has_diagonal else [])
        m.d.comb += [
            front.tile.eq(is_fed),
            front.swap.eq(is_loaded & self.swap.replicate(len(self.tiles))),
        ]
        return front

    def _enable(self, m, number, is_loaded, is_fed):
        """Whether anything is under way in a tile."""
        flight = self.latency + self.cols  # cycles from a position's entry until all is still
        left = Signal(bits_for(flight), name=f"left_{number}")
        enters = (is_loaded & self.swap) | (is_fed & reduce(or_, self.valid))
        with m.If(enters):
            m.d.sync += left.eq(flight)
        with m.Elif(left.any()):
            m.d.sync += left.eq(left - 1)
        m.d.comb += self.running[number].eq(enters | left.any() | (is_loaded & self.load.any()))
        return self.running[number]

    def _connect_inputs(self, m, grid, number, front, is_loaded):
        """What goes into a tile is 0 while it is meant for another one."""
        m.d.comb += grid.load.eq(self.load & is_loaded.replicate(self.rows))
        for inner, weight in zip(grid.weight, self.weight, strict=True):
            m.d.comb += inner.eq(weight & is_loaded.replicate(len(weight)))
        for row in range(self.rows):
            is_fed = front.tile_east[row][number]
            m.d.comb += [
                grid.a[row].eq(front.a_east[row] & is_fed.replicate(self._a_kind.width)),
                grid.valid[row].eq(front.valid_east[row] & is_fed),
                grid.swap[row].eq(front.swap_east[row][number]),
            ]
            if self.has_diagonal:
                m.d.comb += grid.diagonal[row].eq(front.diagonal_east[row] & is_fed)

    def _connect_lanes(self, m, platform, front):
        lanes = len(self.diagonal_a)
        line = DiagonalLanes(a_kind=self._a_kind, lanes=lanes, delay=self.latency)
        place(m, platform, "lanes", line)
        for lane in range(lanes):
            m.d.comb += [
                line.a[lane].eq(front.a_east[lane]),
                line.valid[lane].eq(front.valid_east[lane] & front.diagonal_east[lane]),
                self.diagonal_a[lane].eq(line.stored[lane]),
            ]
