"""What the accelerator executes: descriptors, weights, parameters, and where tensors lie."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hwgen.errors import SpecError
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.descriptor import (
    DESCRIPTOR,
    DESCRIPTOR_WIDTH,
    PARAMETER_WIDTH,
    Operation,
    unpack,
)
from hwgen.spec.host import HOST_WIDTH, Region, host_address, pieces, stride

__all__ = ["Placement", "Program", "Step"]

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a tensor lies in the activation memory while it is alive.

    Parameters
    ----------
    address : int
        Byte address of code ``[0, 0, 0]``.
    shape : (int, int, int)
        Height, width, channels; the last index runs fastest.
    """

    address: int
    shape: tuple[int, int, int]

    @property
    def size(self) -> int:
        """Bytes."""
        height, width, channels = self.shape
        return height * width * channels


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one descriptor makes: ``lines`` output lines of a layer, from ``first_line`` on."""

    layer: str
    first_line: int
    lines: int


@dataclass(frozen=True, kw_only=True)
class Program:
    """A compiled network.

    Parameters
    ----------
    spec : AcceleratorSpec
        The only hardware that executes it.
    mapping_digest : str
        Of the mapping it was compiled from.
    descriptors, weights, parameters : tuple of int
        Memory words, from address 0 on.
    steps : tuple of Step
        One per descriptor but the last, which ends the program.
    placements : dict of str to Placement
        By tensor name; the first is the input's, the last the logits'.
    """

    spec: AcceleratorSpec
    mapping_digest: str
    descriptors: tuple[int, ...]
    weights: tuple[int, ...]
    parameters: tuple[int, ...]
    steps: tuple[Step, ...]
    placements: dict[str, Placement]

    @property
    def input(self) -> Placement:
        """Where the host writes an image."""
        return next(iter(self.placements.values()))

    @property
    def output(self) -> Placement:
        """Where the host finds the logits' codes."""
        return list(self.placements.values())[-1]

    @property
    def cycle_limit(self) -> int:
        """Cycles that a run surely stays below, unless something hangs."""
        rows, cols = self.spec.rows, self.spec.cols
        cycles = 0
        for word in self.descriptors:
            layer = unpack(DESCRIPTOR, word)
            if layer["operation"] == Operation.END:
                break
            groups = -(-layer["filters"] // cols)
            segments = -(-layer["segment"] // max(1, layer["segment_step"]))
            passes = 1 + layer["sources"] * layer["kernel_lines"] * segments
            walk = layer["out_height"] * layer["out_width"] * cols
            cycles += groups * (passes * (walk + rows + cols) + 4 * (rows + cols) + 64)
        return cycles + 64

    def host_writes(self) -> Iterator[tuple[int, int]]:
        """Host addresses and words that load the program."""
        memories = (
            (Region.DESCRIPTORS, DESCRIPTOR_WIDTH, self.descriptors),
            (Region.WEIGHTS, self.spec.cols * self.spec.weight_bits, self.weights),
            (Region.PARAMETERS, PARAMETER_WIDTH, self.parameters),
        )
        for region, width, words in memories:
            for index, word in enumerate(words):
                for piece in range(pieces(width)):
                    address = host_address(self.spec, region, index * stride(width) + piece)
                    yield address, word >> (piece * HOST_WIDTH) & ((1 << HOST_WIDTH) - 1)

    def to_json(self) -> str:
        """Text of the program file: words in hexadecimal."""
        document = {
            "hwgen_program": VERSION,
            "spec": dataclasses.asdict(self.spec),
            "mapping_digest": self.mapping_digest,
            "descriptors": [f"{word:x}" for word in self.descriptors],
            "weights": [f"{word:x}" for word in self.weights],
            "parameters": [f"{word:x}" for word in self.parameters],
            "steps": [dataclasses.asdict(step) for step in self.steps],
            "placements": {
                name: dataclasses.asdict(placement) for name, placement in self.placements.items()
            },
        }
        return json.dumps(document, indent=1) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the program file, in hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str, subject: str) -> "Program":
        """Parse a program file; ``subject`` names it in errors."""
        try:
            document: dict[str, Any] = json.loads(text)
            version = document["hwgen_program"]
            if version != VERSION:
                raise SpecError(f"{subject} must be of version {VERSION}, not {version!r}")
            return cls(
                spec=AcceleratorSpec(**document["spec"]),
                mapping_digest=document["mapping_digest"],
                descriptors=tuple(int(word, 16) for word in document["descriptors"]),
                weights=tuple(int(word, 16) for word in document["weights"]),
                parameters=tuple(int(word, 16) for word in document["parameters"]),
                steps=tuple(Step(**step) for step in document["steps"]),
                placements={
                    name: Placement(address=fields["address"], shape=tuple(fields["shape"]))
                    for name, fields in document["placements"].items()
                },
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # JSON's is a ValueError
            if isinstance(error, SpecError):
                raise
            raise SpecError(f"{subject} is not a program: {error!r}") from error
