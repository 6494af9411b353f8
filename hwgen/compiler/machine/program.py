"""What a machine executes, and what a driver must know of it."""

from dataclasses import dataclass

from hwgen.network.graph import Shape
from hwgen.spec.machine import MachineSpec

__all__ = ["Extent", "MachineProgram", "Place", "Step"]


@dataclass(frozen=True, kw_only=True)
class Extent:
    """A tensor in memory: ``[line][column][channel]``, without gaps.

    Parameters
    ----------
    offset : int
        Bytes from the program's base.
    shape : Shape
    """

    offset: int
    shape: Shape


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one descriptor does.

    Parameters
    ----------
    layer : str
        Layer that it belongs to; a tensor, for what loads the image and stores the logits.
    part : str
        ``compute`` or ``move``.
    completes : tuple of str
        Tensors that are whole after it.
    """

    layer: str
    part: str
    completes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a tensor lies in the banks while it is alive.

    Parameters
    ----------
    address, pitch, column : int
        First byte; bytes from line to line and from column to column.
    shape : Shape
    """

    address: int
    pitch: int
    column: int
    shape: Shape


@dataclass(frozen=True, kw_only=True)
class MachineProgram:
    """A compiled network.

    Parameters
    ----------
    spec : MachineSpec
        The only hardware that executes it.
    mapping_digest : str
        Of the mapping that it was compiled from.
    image : bytes
        What lies in memory from the program's base on.
    memory_bytes : int
        Room that it takes there, tensors included.
    input, output : str
        Tensors that the host writes and reads.
    extents : dict of str to Extent
        Tensors in memory: input, output and what is spilled.
    places : dict of str to Place
        Tensors in the banks.
    steps : tuple of Step
        One per descriptor but the last, which ends the program.
    """

    spec: MachineSpec
    mapping_digest: str
    image: bytes
    memory_bytes: int
    input: str
    output: str
    extents: dict[str, Extent]
    places: dict[str, Place]
    steps: tuple[Step, ...]
