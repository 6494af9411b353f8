"""What is built: the validated description of one accelerator."""

import dataclasses
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from hwgen.arith.catalogue import find, resolve
from hwgen.arith.catalogue.given import reference
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import U8
from hwgen.errors import SpecError, check_range
from hwgen.spec.mapping import Mapping

__all__ = ["AcceleratorSpec", "load_spec", "presets"]

_LIMITS = {
    "rows": (2, 64),
    "cols": (1, 64),
    "accumulator_width": (24, 32),
    "accumulator_depth": (1, 1 << 16),
    "activation_bytes": (64, 1 << 20),
    "weight_words": (1, 1 << 20),
    "parameter_words": (1, 1 << 16),
    "descriptor_words": (1, 1 << 10),
}


@dataclass(frozen=True, kw_only=True)
class AcceleratorSpec:
    """A weight-stationary accelerator.

    Parameters
    ----------
    rows, cols : int
        Processing elements that share a weight's column sum, and filters side by side.
    multiplier : str
        Catalogue name of the multiplier of every processing element, or a netlist's file that
        ends in ``.v``: then the field holds the name of its gates.
    accumulator_width : int
        Bits of an accumulator; sums wrap.
    accumulator_depth : int
        Output positions that each array column accumulates at once.
    activation_bytes, weight_words, parameter_words, descriptor_words : int
        Memory sizes. A weight word holds ``cols`` weights with their mode bits, a parameter
        word the bias and rescaling of one filter, a descriptor word one layer.
    """

    rows: int
    cols: int
    multiplier: str = "exact"
    accumulator_width: int = 32
    accumulator_depth: int
    activation_bytes: int
    weight_words: int
    parameter_words: int
    descriptor_words: int

    def __post_init__(self) -> None:
        for name, (low, high) in _LIMITS.items():
            check_range("accelerator", name, getattr(self, name), low, high)
        if not isinstance(self.multiplier, str):
            raise SpecError(f"accelerator multiplier must be a name, not {self.multiplier!r}")
        object.__setattr__(self, "multiplier", resolve(self.multiplier))
        multiplier = self.arithmetic
        if multiplier.a_kind != U8 or multiplier.w_kind.width != 8:
            raise SpecError(
                f"accelerator multiplier must take u8 activations and 8-bit weights, "
                f"not {multiplier.a_kind.name} and {multiplier.w_kind.name} ({self.multiplier})"
            )

    @property
    def arithmetic(self) -> Multiplier:
        """The multiplier of every processing element."""
        return find(self.multiplier)

    @property
    def weight_bits(self) -> int:
        """Bits of a weight register: code and mode."""
        return 8 + self.arithmetic.mode_width

    @property
    def sum_column(self) -> bool:
        """Whether activations are summed, too: to cancel the zero point of u8 weights."""
        return not self.arithmetic.w_kind.signed

    def refusal(self, mapping: Mapping) -> str | None:
        """Why this hardware cannot execute ``mapping``; None when it can.

        One multiplier that all layers use, in one mode per layer; of the corrections, those
        that change the bias.
        """
        for name, layer in mapping.layers.items():
            if layer.multiplier != self.multiplier:
                return (
                    f"layer {name} wants multiplier {layer.multiplier}, "
                    f"but every processing element holds {self.multiplier}"
                )
            if not layer.is_uniform:
                return f"layer {name} mixes modes, but a program gives a layer one mode"
            for correction in ("control_variate", "tuned_weights"):
                if getattr(layer, correction) is not None:
                    return f"layer {name} has {correction}, which no program expresses"
        return None

    def admits(self, mapping: Mapping) -> bool:
        """Whether this hardware can execute ``mapping``."""
        return self.refusal(mapping) is None

    def to_toml(self) -> str:
        """Text of the spec file."""
        fields = dataclasses.asdict(self)
        return "".join(
            f"{name} = {value}\n" if isinstance(value, int) else f'{name} = "{value}"\n'
            for name, value in fields.items()
        )

    @classmethod
    def from_toml(cls, text: str, subject: str, folder: Path = Path()) -> "AcceleratorSpec":
        """Parse a spec; ``subject`` names it in errors. Unknown keys are refused.

        A multiplier's file is looked for from ``folder`` on.
        """
        try:
            fields: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SpecError(f"{subject} is not TOML: {error}") from error
        known = {field.name: field for field in dataclasses.fields(cls)}
        for name in fields:
            if name not in known:
                raise SpecError(f"{subject} has the unknown key {name}; known: {', '.join(known)}")
        for name, field in known.items():
            if field.default is dataclasses.MISSING and name not in fields:
                raise SpecError(f"{subject} lacks the key {name}")
        if isinstance(fields.get("multiplier"), str):
            fields["multiplier"] = reference(fields["multiplier"], folder)
        return cls(**fields)


def presets() -> tuple[str, ...]:
    """Names of the shipped specs."""
    folder = resources.files("hwgen.spec") / "presets"
    return tuple(
        sorted(x.name.removesuffix(".toml") for x in folder.iterdir() if x.name.endswith(".toml"))
    )


def load_spec(name: str) -> AcceleratorSpec:
    """Load a preset by its name, or a spec from a ``.toml`` file."""
    if name in presets():
        text = (resources.files("hwgen.spec") / "presets" / f"{name}.toml").read_text("utf-8")
        return AcceleratorSpec.from_toml(text, f"preset {name}")
    if not name.endswith(".toml"):
        raise SpecError(
            f"architecture must be a preset ({', '.join(presets())}) or a .toml file, not {name!r}"
        )
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"spec {name} cannot be read: {error}") from error
    return AcceleratorSpec.from_toml(text, f"spec {name}", Path(name).parent)
