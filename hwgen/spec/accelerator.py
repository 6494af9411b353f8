"""What is built: the validated description of one accelerator."""

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from hwgen.arith.catalogue import find, resolve
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import NARROWEST
from hwgen.errors import SpecError, check_choice, check_range
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = ["FORMS", "AcceleratorSpec", "Form"]

Form: TypeAlias = Literal["weights", "ranges", "columns", "tiles", "edge"]
FORMS: tuple[Form, ...] = ("weights", "ranges", "columns", "tiles", "edge")

_LIMITS = {
    "rows": (2, 64),
    "cols": (2, 64),
    "multiplier_stages": (0, 8),
    "variate_bits": (0, 8),
    "accumulator_width": (24, 32),
    "accumulator_depth": (1, 1 << 16),
    "activation_bytes": (64, 1 << 22),
    "weight_fifo_words": (2, 1 << 12),
    "requantizers": (1, 64),
    "outstanding": (1, 64),
    "layer_counters": (1, 4096),
}
_BUS_WIDTHS = (64, 128, 256, 512)


@dataclass(frozen=True, kw_only=True)
class AcceleratorSpec:
    """A weight-stationary accelerator with its memories and its bus.

    Parameters
    ----------
    rows, cols : int
        Processing elements that share a sum, and filters side by side: 2 to 64 each.
    form : str
        Where approximation is chosen. ``weights``: a mode field is loaded with each weight.
        ``ranges``: comparators derive the mode from the weight, per layer. ``columns``: column
        ``c`` holds multiplier ``c % len(multipliers)``, filters are permuted onto columns.
        ``tiles``: an array per multiplier, a layer runs on one of them. ``edge``: activations
        are shortened once per row, and the elements hold what is left of the multiplier.
    multipliers : tuple of str
        Catalogue names, or netlists' files that end in ``.v``: then the field holds the names
        of their gates. One, but for ``columns`` and ``tiles``; all of the same operands.
    clock_gates : bool
        Of form ``tiles``: clocks of idle tiles stop behind gating cells, for an ASIC; else their
        registers have clock enables, for an FPGA.
    multiplier_stages : int
        Registers inside each multiplier: 0 to 8.
    activation_sum : bool
        Whether activations are summed, too: unsigned weight codes and weights with a zero point
        need it.
    variate_bits : int
        Low bits of an activation that a control variate may sum: 0 for no control variate.
    accumulator_width, accumulator_depth : int
        Bits of an accumulator, 24 to 32, which wraps; output positions that each column
        accumulates at once.
    activation_bytes : int
        Of all activation banks together.
    weight_fifo_words : int
        Weight words (one array row each) fetched ahead.
    requantizers : int
        Columns share them evenly; the last pass of a filter group takes
        ``cols / requantizers`` cycles per position.
    data_width, address_width : int
        Bits of the memory port: 64 to 512, a power of two; and of its addresses, 32 to 64.
    outstanding : int
        Read bursts under way, of weights.
    layer_counters : int
        Descriptors that have cycle counters of their own.
    """

    rows: int
    cols: int
    form: Form = "weights"
    multipliers: tuple[str, ...] = ("exact",)
    clock_gates: bool = False
    multiplier_stages: int = 0
    activation_sum: bool = False
    variate_bits: int = 0
    accumulator_width: int = 32
    accumulator_depth: int
    activation_bytes: int
    weight_fifo_words: int
    requantizers: int
    data_width: int = 64
    address_width: int = 32
    outstanding: int = 4
    layer_counters: int = 64

    def __post_init__(self) -> None:
        for name, (low, high) in _LIMITS.items():
            check_range("accelerator", name, getattr(self, name), low, high)
        check_range("accelerator", "address_width", self.address_width, 32, 64)
        check_choice("accelerator", "data_width", self.data_width, _BUS_WIDTHS)
        check_choice("accelerator", "form", self.form, FORMS)
        for name in ("activation_sum", "clock_gates"):
            if not isinstance(getattr(self, name), bool):
                raise SpecError(f"accelerator {name} must be a bool, not {getattr(self, name)!r}")
        if self.cols % self.requantizers:
            raise SpecError(
                f"accelerator requantizers must divide {self.cols} columns, not {self.requantizers}"
            )
        if self.activation_bytes % self.banks:
            raise SpecError(
                f"accelerator activation_bytes must be a multiple of {self.banks} banks, "
                f"not {self.activation_bytes}"
            )
        if self.clock_gates and self.form != "tiles":
            raise SpecError(f"accelerator clock_gates must be false for form {self.form}")
        self._check_multipliers()

    def _check_multipliers(self) -> None:
        names = self.multipliers
        if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
            raise SpecError(f"accelerator multipliers must be a list of names, not {names!r}")
        low, high = {"columns": (1, self.cols), "tiles": (2, 8)}.get(self.form, (1, 1))
        check_range("accelerator", "number of multipliers", len(names), low, high)
        object.__setattr__(self, "multipliers", tuple(resolve(name) for name in names))
        first = self.arithmetic[0]
        for name, multiplier in zip(self.multipliers, self.arithmetic, strict=True):
            a_kind, w_kind = multiplier.a_kind, multiplier.w_kind
            if any(not NARROWEST <= kind.width <= 8 for kind in (a_kind, w_kind)):
                raise SpecError(
                    f"accelerator multipliers must take operands of {NARROWEST} to 8 bits, "
                    f"not {a_kind.name} and {w_kind.name} ({name})"
                )
            if (a_kind, w_kind) != (first.a_kind, first.w_kind):
                raise SpecError(
                    f"accelerator multipliers must all take {first.a_kind.name} and "
                    f"{first.w_kind.name}, not {a_kind.name} and {w_kind.name} ({name})"
                )
            if self.form == "edge" and multiplier.edge is None:
                raise SpecError(
                    f"accelerator multipliers must shorten activations first for form edge, "
                    f"but {name} does not"
                )
        if self.activation_needed and not self.activation_sum:
            raise SpecError(
                f"accelerator activation_sum must be true for unsigned weights, "
                f"{first.w_kind.name} ({self.multipliers[0]})"
            )

    @property
    def arithmetic(self) -> tuple[Multiplier, ...]:
        """The multipliers."""
        return tuple(find(name) for name in self.multipliers)

    @property
    def activation_needed(self) -> bool:
        """Whether the weights' encoding alone needs the sum of activations."""
        return not self.arithmetic[0].w_kind.signed

    @property
    def banks(self) -> int:
        """Byte-wide activation memories: a power of two, for every row, column and bus byte."""
        return 1 << (max(self.lanes, self.data_width // 8) - 1).bit_length()

    @property
    def lanes(self) -> int:
        """Activations read per cycle at most."""
        return max(self.rows, self.cols)

    @property
    def diagonal(self) -> int:
        """Channels of a depthwise layer that the array takes at once."""
        return min(self.rows, self.cols)

    @property
    def mode_width(self) -> int:
        """Bits of mode in a weight register."""
        if self.form == "edge":
            return 0
        return max(multiplier.mode_width for multiplier in self.arithmetic)

    @property
    def weight_bits(self) -> int:
        """Bits of a weight in the memory: its code and, where it is stored, its mode."""
        stored = 0 if self.form == "ranges" else self.mode_width
        return self.arithmetic[0].w_kind.width + stored

    @property
    def digest(self) -> str:
        """SHA-256 of the spec file, in hexadecimal."""
        return hashlib.sha256(self.to_toml().encode()).hexdigest()

    def with_multiplier(self, name: str) -> "AcceleratorSpec":
        """The same accelerator with one other multiplier, for a search among them.

        Raises :exc:`SpecError` for an accelerator that holds several.
        """
        if self.form in ("columns", "tiles"):
            raise SpecError(
                f"search needs an accelerator of one multiplier, not form {self.form} "
                f"with {self._held}"
            )
        return dataclasses.replace(self, multipliers=(name,))

    def multiplier_of(self, column: int) -> str:
        """Name of the multiplier that a column holds, for form ``columns``."""
        return self.multipliers[column % len(self.multipliers)]

    def refusal(self, mapping: Mapping) -> str | None:
        """Why this hardware cannot execute ``mapping``; None when it can.

        Says nothing on sizes, which depend on the network: the compiler checks them.
        """
        for name, layer in mapping.layers.items():
            why = self._layer_refusal(layer)
            if why is not None:
                return f"layer {name} {why}"
        return None

    def admits(self, mapping: Mapping) -> bool:
        """Whether this hardware can execute ``mapping``."""
        return self.refusal(mapping) is None

    def _layer_refusal(self, layer: LayerMapping) -> str | None:
        chosen = layer.multipliers
        for name in sorted(chosen):
            if name not in self.multipliers:
                return f"wants multiplier {name}, but the accelerator holds {self._held}"
        if self.form == "columns":
            if layer.kernels or layer.ranges or layer.weights:
                return "mixes modes within a filter, but a column holds one multiplier"
        elif len(chosen) > 1:
            return f"mixes multipliers, but form {self.form} runs a layer on one"
        if self.form == "ranges" and (layer.filters or layer.kernels or layer.weights):
            return "chooses modes by place, but form ranges derives them from weights"
        if self.form == "edge" and not layer.is_uniform:
            return "mixes modes, but form edge has one"
        variate = layer.control_variate
        if variate is not None and variate.bits > self.variate_bits:
            return (
                f"has a control variate of {variate.bits} bits, "
                f"but the accelerator sums {self.variate_bits}"
            )
        return None

    @property
    def _held(self) -> str:
        return ", ".join(dict.fromkeys(self.multipliers))

    def to_toml(self) -> str:
        """Text of the spec file."""
        return "".join(
            f"{name} = {_toml(value)}\n" for name, value in dataclasses.asdict(self).items()
        )


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
