"""What an accelerator asks of memory, at most."""

from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["BURST_BEATS", "WRITE_BURSTS", "most_reads", "read_bursts"]

BURST_BEATS = 16
"""Beats of a burst at most; bursts begin and end at multiples of as many beats, but for those at
the two ends of a run."""

WRITE_BURSTS = 4
"""Write bursts that wait for their response at most."""


def read_bursts(weights: int) -> dict[str, int]:
    """Read bursts under way at most, of each reader in the order of their IDs.

    ``weights`` is that of the weights' reader, which the spec says.
    """
    return {"descriptor": 2, "parameter": 2, "weight": weights, "activation": 4}


def most_reads(spec: AcceleratorSpec) -> int:
    """Read bursts under way at most, of all readers together."""
    return sum(read_bursts(spec.outstanding).values())
