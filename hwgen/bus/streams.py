"""What flows between bus components: payloads of :class:`amaranth.lib.stream.Signature`."""

from amaranth.lib import data
from amaranth.utils import ceil_log2, exact_log2

__all__ = ["beat", "burst", "burst_beats", "command", "memory_beat"]


def command(address_width, length_width):
    """A run of memory: byte address of its first byte, and bytes. Bytes of 0 ask for nothing."""
    return data.StructLayout({"address": address_width, "bytes": length_width})


def beat(data_width):
    """A part of a run: byte 0 of the run is in lane 0 of the first beat.

    ``last`` marks the run's last beat; ``end`` is the lane of the last byte that counts: the
    uppermost one in all other beats.
    """
    return data.StructLayout({"data": data_width, "last": 1, "end": exact_log2(data_width // 8)})


def memory_beat(data_width):
    """A part of a run as it lies in memory.

    ``offset`` is the lane of the run's first byte in the run's first beat, ``end`` that of its
    last byte in the last one; both are the same in all beats of a run.
    """
    lane = exact_log2(data_width // 8)
    return data.StructLayout({"data": data_width, "last": 1, "offset": lane, "end": lane})


def burst_beats(data_width, max_burst):
    """Beats of a burst less 1, whether it is the first and the last of its run, and lanes.

    ``offset`` and ``end`` are those of :func:`memory_beat`.
    """
    lane = exact_log2(data_width // 8)
    return data.StructLayout(
        {"length": ceil_log2(max_burst), "offset": lane, "end": lane, "first": 1, "last": 1}
    )


def burst(address_width, data_width, max_burst):
    """A burst: the address of its first beat, and its ``beats``."""
    return data.StructLayout(
        {"address": address_width, "beats": burst_beats(data_width, max_burst)}
    )
