"""A descriptor before its place in memory is known."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from hwgen.compiler.region import Region

__all__ = ["Area", "Task"]


@dataclass(frozen=True, kw_only=True)
class Area:
    """A byte of a tensor's place in memory: a tensor lies there without gaps."""

    tensor: str
    offset: int = 0


Fields: TypeAlias = dict[str, int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """One descriptor.

    Parameters
    ----------
    layer : str
        The layer that it belongs to; the tensor, for what loads an image or stores logits.
    part : str
        ``compute``, or ``move`` for what only brings codes to another place.
    fields : dict of str to int
        Of the descriptor, but for places in memory.
    region : Region, optional
        Output positions that it makes.
    weights, parameters : bytes
        What it streams.
    area : Area, optional
        Where LOAD and STORE find their first line.
    """

    layer: str
    part: Literal["compute", "move"] = "compute"
    fields: Fields
    region: Region | None = None
    weights: bytes = field(default=b"", repr=False)
    parameters: bytes = field(default=b"", repr=False)
    area: Area | None = None
