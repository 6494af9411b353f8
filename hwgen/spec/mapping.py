"""Which multiplier mode every layer uses, and the corrections that go with it."""

import hashlib
import json
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwgen.arith.catalogue import find, resolve
from hwgen.arith.catalogue.given import reference
from hwgen.errors import SpecError, check_range

__all__ = ["LayerMapping", "Mapping"]

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class LayerMapping:
    """Multiplier, mode and correction of one layer.

    Parameters
    ----------
    multiplier : str
        Catalogue name, or a netlist's file that ends in ``.v``: then the field holds the name of
        its gates. Its operand kinds decide the layer's encoding: a weight is multiplied
        as its s8 code, or as the u8 code 128 above it.
    mode : int
        Mode of every weight of the layer.
    bias_update : tuple of int
        Added to the bias of each filter, in accumulator units; empty for none.
    """

    multiplier: str
    mode: int = 0
    bias_update: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "multiplier", resolve(self.multiplier))
        for update in self.bias_update:
            check_range("mapping", "bias_update", update, -(1 << 31), (1 << 31) - 1)
        check_range(
            f"multiplier {self.multiplier}",
            "mode",
            self.mode,
            0,
            len(find(self.multiplier).modes) - 1,
        )


@dataclass(frozen=True)
class Mapping:
    """A layer-level mapping: :class:`LayerMapping` by layer name."""

    layers: AbstractMapping[str, LayerMapping]

    def to_json(self) -> str:
        """Text of the mapping file: stable, made to be read and edited by hand."""
        layers = {
            name: {
                "multiplier": layer.multiplier,
                "mode": layer.mode,
                "bias_update": list(layer.bias_update),
            }
            for name, layer in self.layers.items()
        }
        return json.dumps({"hwgen_mapping": VERSION, "layers": layers}, indent=1) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the mapping file, in hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @classmethod
    def read(cls, path: Path) -> "Mapping":
        """Read a mapping file."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SpecError(f"mapping {path} cannot be read: {error}") from error
        return cls.from_json(text, str(path), path.parent)

    @classmethod
    def from_json(cls, text: str, subject: str = "mapping", folder: Path = Path()) -> "Mapping":
        """Parse the text of a mapping file; ``subject`` names it in errors.

        A multiplier's file is looked for from ``folder`` on.
        """
        try:
            document = json.loads(text)
        except json.JSONDecodeError as error:
            raise SpecError(f"{subject} is not JSON: {error}") from error
        if not isinstance(document, dict) or document.get("hwgen_mapping") != VERSION:
            raise SpecError(f'{subject} must say "hwgen_mapping": {VERSION}')
        layers = document.get("layers")
        if not isinstance(layers, dict):
            raise SpecError(f"{subject} must hold an object of layers, not {layers!r}")
        return cls(
            {name: _layer(f"{subject} layer {name}", x, folder) for name, x in layers.items()}
        )


def _layer(subject: str, fields: Any, folder: Path) -> LayerMapping:
    known = {"multiplier", "mode", "bias_update"}
    if not isinstance(fields, dict) or "multiplier" not in fields or set(fields) - known:
        raise SpecError(f"{subject} must hold {', '.join(sorted(known))}, not {fields!r}")
    if not isinstance(fields["multiplier"], str):
        raise SpecError(f"{subject} multiplier must be a name, not {fields['multiplier']!r}")
    update = fields.get("bias_update", [])
    if not isinstance(update, list) or not all(type(x) is int for x in update):
        raise SpecError(f"{subject} bias_update must be a list of integers, not {update!r}")
    return LayerMapping(
        multiplier=reference(fields["multiplier"], folder),
        mode=fields.get("mode", 0),
        bias_update=tuple(update),
    )
