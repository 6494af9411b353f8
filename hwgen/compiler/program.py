"""What an accelerator executes, and what a driver must know of it."""

import base64
import binascii
import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from hwgen.errors import SpecError
from hwgen.network.graph import Shape
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.accelerator_file import parse_spec

__all__ = ["Extent", "Place", "Program", "Step"]

VERSION = 1


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
class Program:
    """A compiled network.

    Parameters
    ----------
    spec : AcceleratorSpec
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

    spec: AcceleratorSpec
    mapping_digest: str
    image: bytes
    memory_bytes: int
    input: str
    output: str
    extents: dict[str, Extent]
    places: dict[str, Place]
    steps: tuple[Step, ...]

    def to_json(self) -> str:
        """Text of the program file; the image in base 64."""
        document = {
            "hwgen_program": VERSION,
            "spec": self.spec.to_toml(),
            "spec_digest": self.spec.digest,
            "mapping_digest": self.mapping_digest,
            "image": base64.b64encode(self.image).decode(),
            "memory_bytes": self.memory_bytes,
            "input": self.input,
            "output": self.output,
            "extents": {name: dataclasses.asdict(x) for name, x in self.extents.items()},
            "places": {name: dataclasses.asdict(x) for name, x in self.places.items()},
            "steps": [dataclasses.asdict(step) for step in self.steps],
        }
        return json.dumps(document, indent=1) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the program file, in hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def check_spec(self, spec: AcceleratorSpec) -> None:
        """Refuse to run on hardware of another spec."""
        if self.spec != spec:
            raise SpecError(
                f"program is for an accelerator of digest {self.spec.digest[:8]}, "
                f"not {spec.digest[:8]}"
            )

    @classmethod
    def from_json(cls, text: str, subject: str) -> "Program":
        """Parse a program file; ``subject`` names it in errors."""
        try:
            return _parsed(json.loads(text), subject)
        except SpecError:
            raise
        except (AttributeError, KeyError, TypeError, ValueError, binascii.Error) as error:
            raise SpecError(f"{subject} is not a program: {error!r}") from error


def _parsed(document: Any, subject: str) -> Program:
    version = document["hwgen_program"]
    if version != VERSION:
        raise SpecError(f"{subject} must be of version {VERSION}, not {version!r}")
    spec = parse_spec(document["spec"], f"{subject} spec")
    if spec.digest != document["spec_digest"]:
        raise SpecError(
            f"{subject} must have a spec of digest {document['spec_digest']:.8}, "
            f"not {spec.digest:.8}"
        )
    return Program(
        spec=spec,
        mapping_digest=document["mapping_digest"],
        image=base64.b64decode(document["image"], validate=True),
        memory_bytes=document["memory_bytes"],
        input=document["input"],
        output=document["output"],
        extents={name: Extent(**_shaped(x)) for name, x in document["extents"].items()},
        places={name: Place(**_shaped(x)) for name, x in document["places"].items()},
        steps=tuple(
            Step(**{**step, "completes": tuple(step["completes"])}) for step in document["steps"]
        ),
    )


def _shaped(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "shape": tuple(fields["shape"])}
