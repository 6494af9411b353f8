"""What columns share behind their sums, and how values find their way through it."""

from itertools import pairwise

from amaranth.hdl import Signal

from hwgen.emission import place
from hwgen.vector.deskew import Deskew
from hwgen.vector.link import results
from hwgen.vector.scaler import Scaler
from hwgen.vector.sum_lane import SumLane

__all__ = ["place_scalers"]


def place_scalers(m, platform, unit, lanes, chain):
    """Make the scalers of ``unit`` its children, and connect them with its columns.

    Returns the codes of a position, all at once. ``chain[k]`` is the first link of the chain of
    control, ``k`` cycles later: that of column ``k``.
    """
    shared = unit.cols // unit.requantizers
    deskew = Deskew(cols=unit.cols, requantizers=unit.requantizers)
    place(m, platform, "deskew", deskew)
    scalers = []
    for number in range(unit.requantizers):
        scaler = Scaler(columns=shared, width=unit.width, sums=unit.sums)
        scalers.append(place(m, platform, f"scaler_{number}", scaler))
        m.d.comb += [getattr(scaler, x).eq(getattr(unit, x)) for x in scaler.constants]
        m.d.comb += deskew.code[number].eq(scaler.code)
        first = number * shared
        for turn, lane in enumerate(lanes[first : first + shared]):
            late = chain[first + turn :]
            m.d.comb += [
                scaler.sum[turn].eq(lane.sum),
                scaler.correction[turn].eq(lane.correction),
                scaler.rescale[turn].eq(lane.rescale),
                scaler.select[turn].eq(results(late[1])),
                scaler.correcting[turn].eq(results(late[2])),
                scaler.scaling[turn].eq(results(late[1 + scaler.value_latency])),
                lane.scaled.eq(scaler.scaled),
            ]
            if unit.sums.own_variate:
                m.d.comb += scaler.own_variate[turn].eq(lane.own_variate)
    for name, total_width, width in (
        ("activation", unit.activation_total_width, unit.sums.width),
        ("variate", unit.variate_total_width, unit.sums.variate_width),
    ):
        if width:
            lane = SumLane(total_width=total_width, width=width, depth=unit.depth)
            place(m, platform, f"{name}_lane", lane, module=f"sum_lane_of_{name}s")
            m.d.comb += lane.total.eq(getattr(unit, f"{name}_total"))
            _give_sums(m, name, lane, scalers, chain)
    return deskew.aligned


def _give_sums(m, name, lane, scalers, chain):
    """Sums of activations reach each scaler with the first column's sum that it corrects.

    There they stay until that of its last column is corrected: positions are far enough apart.
    """
    port = f"{name}_sum"
    m.d.comb += [
        lane.link.eq(chain[0]),
        lane.now.eq(chain[1]),
        getattr(scalers[0], port).eq(lane.sum),
    ]
    for number, (west, east) in enumerate(pairwise(scalers), start=1):
        late = Signal.like(lane.sum, name=f"{port}_{number}")
        with m.If(results(chain[number * west.columns + 1])):
            m.d.sync += late.eq(getattr(west, port))
        m.d.comb += getattr(east, port).eq(late)
