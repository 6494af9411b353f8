"""Where an accelerator's cycles go: a table of a program's layers."""

from collections.abc import Sequence
from dataclasses import dataclass

from hwgen.compiler.cycles import StepCycles, program_cycles
from hwgen.compiler.program import Program
from hwgen.network.graph import Network
from hwgen.spec.registers.accelerator import CAUSES

__all__ = ["LayerCycles", "layer_cycles", "report_text", "utilization"]


@dataclass(frozen=True, kw_only=True)
class LayerCycles:
    """Cycles of a layer, of all its stripes and of what is loaded and stored for it.

    Parameters
    ----------
    layer : str
        The layer; the input's name for what loads the image, and empty for the program's end.
    multipliers : int
        Of the accelerator.
    operations : int
        Multiplications that the layer is made of; padded taps count, unused rows and columns
        do not.
    streaming, weight_wait, drain, pooling, memory_wait : int
        Cycles by cause: see :class:`~hwgen.compiler.cycles.StepCycles`.
    """

    layer: str
    multipliers: int
    operations: int = 0
    streaming: int = 0
    weight_wait: int = 0
    drain: int = 0
    pooling: int = 0
    memory_wait: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(getattr(self, cause) for cause in CAUSES)

    @property
    def utilization(self) -> float:
        """Share of the multipliers' cycles that does the layer's multiplications."""
        return utilization([self])


def layer_cycles(
    program: Program, network: Network, steps: Sequence[StepCycles] | None = None
) -> list[LayerCycles]:
    """Cycles of every layer that takes any, in the order of execution.

    Parameters
    ----------
    program : Program
    network : Network
        What ``program`` was compiled from.
    steps : sequence of StepCycles, optional
        Of its descriptors; by default those of the model.
    """
    operations = {layer.name: layer.operations for layer in network.convolutions}
    multipliers = program.spec.rows * program.spec.cols
    sums: dict[str, dict[str, int]] = {}
    for step in program_cycles(program) if steps is None else steps:
        own = sums.setdefault(step.layer, dict.fromkeys(CAUSES, 0))
        for cause in CAUSES:
            own[cause] += getattr(step, cause)
    return [
        LayerCycles(
            layer=name, multipliers=multipliers, operations=operations.get(name, 0), **causes
        )
        for name, causes in sums.items()
    ]


def utilization(layers: Sequence[LayerCycles]) -> float:
    """Multiplications of ``layers`` by those that all multipliers could do in their cycles."""
    possible = sum(layer.multipliers * layer.total for layer in layers)
    return sum(layer.operations for layer in layers) / possible if possible else 0.0


def report_text(layers: Sequence[LayerCycles]) -> str:
    """Table of cycles by cause, with a line for all layers that multiply and one for the whole."""
    lines = [("layer", "cycles", *(cause.replace("_", " ") for cause in CAUSES), "utilization")]
    lines += [_line(layer.layer or "(end)", [layer]) for layer in layers]
    lines.append(_line("all that multiply", [x for x in layers if x.operations]))
    lines.append(_line("all", layers))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]) + "\n"
        for line in lines
    )


def _line(name: str, layers: Sequence[LayerCycles]) -> tuple[str, ...]:
    cycles = [sum(getattr(layer, cause) for layer in layers) for cause in ("total", *CAUSES)]
    busy = f"{utilization(layers):.1%}" if any(layer.operations for layer in layers) else "-"
    return (name, *map(str, cycles), busy)
