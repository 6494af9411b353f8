"""What a strategy asks for: a design to be judged, or a probe of the exact network."""

import hashlib
import json
from collections.abc import Iterable
from collections.abc import Mapping as AbstractMapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from hwgen.errors import SpecError, check_choice
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["Corrections", "Design", "Probe", "Question", "Tuning", "question_from_json"]

Tuning: TypeAlias = Literal["none", "published", "weighted", "joint"]
VariateFit: TypeAlias = Literal["none", "analytic", "calibrated"]
TUNINGS: tuple[Tuning, ...] = ("none", "published", "weighted", "joint")
FITS: tuple[VariateFit, ...] = ("none", "analytic", "calibrated")


@dataclass(frozen=True, kw_only=True)
class Corrections:
    """What is fitted to a layer's calibration data once its multipliers are chosen.

    Parameters
    ----------
    bias_update : bool
        Whether each filter's bias takes the mean error away (contract 9 of the mapping file:
        on the activations of the approximated layers before).
    tuning : str
        How weight codes are chosen anew: ``none``; ``published``, ALWANN's, each code alone and
        for uniform activations; ``weighted``, the same for the layer's own activations;
        ``joint``, the codes of a filter together.
    thrift : float
        Of joint tuning: error variance, as a share of the variance of the layer's output, that
        the layer's whole exact energy is worth. 0 tunes for accuracy alone.
    control_variate : str
        ``none``, or how its factors are found: ``analytic``, as published, or ``calibrated``.
    sequential : bool
        Of joint tuning: whether it is fitted to what the approximated layers before make, and
        makes up for their errors, too. A layer then costs a fit in every design; without, one
        for all designs.
    """

    bias_update: bool = True
    tuning: Tuning = "none"
    thrift: float = 0.0
    control_variate: VariateFit = "none"
    sequential: bool = False

    def __post_init__(self) -> None:
        check_choice("corrections", "tuning", self.tuning, TUNINGS)
        check_choice("corrections", "control_variate", self.control_variate, FITS)
        if not self.thrift >= 0 or (self.thrift and self.tuning != "joint"):
            raise SpecError(
                f"corrections thrift must be 0, or positive with joint tuning, "
                f"not {self.thrift!r} with {self.tuning}"
            )
        if self.sequential and self.tuning != "joint":
            raise SpecError(f"corrections sequential must go with joint tuning, not {self.tuning}")


@dataclass(frozen=True)
class Design:
    """Multipliers and modes of all layers, and how each is to be corrected.

    Parameters
    ----------
    mapping : Mapping
        Fields that a correction is to fit are empty; what is filled in already stays.
    corrections : mapping of str to Corrections
        By layer name, of every layer of ``mapping``.
    """

    mapping: Mapping
    corrections: AbstractMapping[str, Corrections]

    def __post_init__(self) -> None:
        if set(self.corrections) != set(self.mapping.layers):
            raise SpecError("design corrections must speak of the layers of its mapping")
        ordered = {name: self.corrections[name] for name in self.mapping.layers}
        object.__setattr__(self, "corrections", ordered)

    @classmethod
    def of(cls, layers: AbstractMapping[str, LayerMapping], corrections: Corrections) -> "Design":
        """All layers corrected in the same way."""
        return cls(Mapping(layers), dict.fromkeys(layers, corrections))

    @classmethod
    def uniform(
        cls, layers: Iterable[str], layer: LayerMapping, corrections: Corrections
    ) -> "Design":
        """All layers alike."""
        return cls.of(dict.fromkeys(layers, layer), corrections)

    def to_json(self) -> str:
        """Text that :func:`question_from_json` reads; equal designs have equal text."""
        corrections = {name: asdict(x) for name, x in self.corrections.items()}
        mapping = json.loads(self.mapping.to_json())
        return json.dumps({"mapping": mapping, "corrections": corrections}, separators=(",", ":"))

    @cached_property
    def key(self) -> str:
        """SHA-256 of :meth:`to_json`, in hexadecimal."""
        return _digest(self.to_json())

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Design) and self.key == other.key


@dataclass(frozen=True, kw_only=True)
class Probe:
    """The exact network with Gaussian noise in the accumulators of some layers.

    Parameters
    ----------
    noise : tuple of (str, float)
        Layer, and standard deviation of its noise relative to that of the layer's accumulators.
    images : int
        The first so many of the calibration images.
    seed : int
        Of the noise.
    """

    noise: tuple[tuple[str, float], ...]
    images: int
    seed: int

    def to_json(self) -> str:
        """Text that :func:`question_from_json` reads."""
        return json.dumps({"probe": asdict(self)}, separators=(",", ":"))

    @cached_property
    def key(self) -> str:
        """SHA-256 of :meth:`to_json`, in hexadecimal."""
        return _digest(self.to_json())


Question: TypeAlias = Design | Probe


def question_from_json(text: str) -> Question:
    """The inverse of ``to_json``."""
    document = json.loads(text)
    if "probe" in document:
        probe = document["probe"]
        return Probe(**probe | {"noise": tuple((name, std) for name, std in probe["noise"])})
    corrections = {name: Corrections(**x) for name, x in document["corrections"].items()}
    return Design(Mapping.from_json(json.dumps(document["mapping"])), corrections)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
