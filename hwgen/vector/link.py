"""The chain of control: what travels from column to column."""

from amaranth.lib import data
from amaranth.utils import ceil_log2

from hwgen.memory.token import TOKEN, Kind

__all__ = ["is_scaled", "link_layout", "results"]


def link_layout(depth):
    """A token with the accumulator that its position has, of ``depth`` ones."""
    return data.StructLayout({"token": TOKEN, "position": max(1, ceil_log2(depth))})


def is_scaled(link):
    """Whether there is a position whose value is requantized before it is accumulated."""
    return link.token.valid & (link.token.work.kind == Kind.SCALED)


def results(link):
    """Whether there is a position whose value goes on to the requantizer."""
    return link.token.valid & (link.token.work.final | (link.token.work.kind == Kind.SCALED))
