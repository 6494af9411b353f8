"""What an accelerator needs for a network: the compiler's own figures, or its refusal."""

from dataclasses import dataclass

from hwgen.compiler.compile import compile_network
from hwgen.compiler.program import Program
from hwgen.compiler.report import LayerCycles, layer_cycles
from hwgen.errors import SpecError
from hwgen.network.graph import Network
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import LayerMapping, Mapping
from hwgen.spec.program import DESCRIPTOR_BYTES, unpack_descriptor

__all__ = ["Fit", "LayerFit", "Needs", "fit"]


@dataclass(frozen=True, kw_only=True)
class LayerFit:
    """One layer on an accelerator.

    Parameters
    ----------
    cycles : LayerCycles, optional
        Per image, those that load and store its spilled tensors included; None for a layer that
        moves nothing.
    descriptors : int
    weight_bytes, parameter_bytes : int
        Streamed from memory per image.
    """

    cycles: LayerCycles | None = None
    descriptors: int = 0
    weight_bytes: int = 0
    parameter_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Memory that a network takes.

    Parameters
    ----------
    activation_bytes, available_bytes : int
        Of the banks: up to the highest byte of a tensor, and in all.
    spilled : tuple of str
        Tensors that the banks do not hold, streamed from and to memory.
    program_bytes, memory_bytes : int
        Outside: descriptors, weights and parameters; and with image, result and spilled tensors.
    """

    activation_bytes: int
    available_bytes: int
    spilled: tuple[str, ...]
    program_bytes: int
    memory_bytes: int


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A network on an accelerator; all but the refusal are None where it is refused.

    Parameters
    ----------
    layers : tuple of LayerFit, optional
        In execution order.
    cycles : tuple of LayerCycles, optional
        Per image, from start to interrupt: of the layers, and of what loads the image and ends
        the program.
    needs : Needs, optional
    refusal : str, optional
        Why the network does not run there: the compiler's own words.
    """

    layers: tuple[LayerFit, ...] | None = None
    cycles: tuple[LayerCycles, ...] | None = None
    needs: Needs | None = None
    refusal: str | None = None


def fit(network: Network, spec: AcceleratorSpec) -> Fit:
    """What ``spec`` needs for ``network`` with every layer on the spec's first multiplier."""
    own = LayerMapping(multiplier=spec.multipliers[0])
    mapping = Mapping({layer.name: own for layer in network.convolutions})
    try:
        program = compile_network(network, mapping, spec)
    except SpecError as error:
        return Fit(refusal=str(error))
    cycles = tuple(layer_cycles(program, network))
    by_name = {x.layer: x for x in cycles}
    return Fit(
        layers=tuple(_layer(x.name, program, by_name.get(x.name)) for x in network.layers),
        cycles=cycles,
        needs=_needs(program),
    )


def _layer(name: str, program: Program, cycles: LayerCycles | None) -> LayerFit:
    own = [number for number, step in enumerate(program.steps) if step.layer == name]
    fields = [
        unpack_descriptor(program.image[x * DESCRIPTOR_BYTES : (x + 1) * DESCRIPTOR_BYTES])
        for x in own
    ]
    return LayerFit(
        cycles=cycles,
        descriptors=len(own),
        weight_bytes=sum(x["weight_bytes"] for x in fields),
        parameter_bytes=sum(x["parameter_bytes"] for x in fields),
    )


def _needs(program: Program) -> Needs:
    ends = [0]
    for place in program.places.values():
        height, width, channels = place.shape
        ends.append(
            place.address + (height - 1) * place.pitch + (width - 1) * place.column + channels
        )
    ends_outside = {program.input, program.output}
    return Needs(
        activation_bytes=max(ends),
        available_bytes=program.spec.activation_bytes,
        spilled=tuple(name for name in program.extents if name not in ends_outside),
        program_bytes=len(program.image),
        memory_bytes=program.memory_bytes,
    )
