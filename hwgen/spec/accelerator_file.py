"""Specs of accelerators as TOML files, and those that are shipped."""

import dataclasses
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from hwgen.arith.catalogue.given import reference
from hwgen.errors import SpecError
from hwgen.files import read_text
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["load_spec", "parse_spec", "presets"]


def parse_spec(text: str, subject: str, folder: Path = Path()) -> AcceleratorSpec:
    """Parse a spec; ``subject`` names it in errors. Unknown keys are refused.

    Multipliers' files are looked for from ``folder`` on.
    """
    try:
        fields: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{subject} is not TOML: {error}") from error
    known = {field.name: field for field in dataclasses.fields(AcceleratorSpec)}
    for name in fields:
        if name not in known:
            raise SpecError(f"{subject} has the unknown key {name}; known: {', '.join(known)}")
    for name, field in known.items():
        if field.default is dataclasses.MISSING and name not in fields:
            raise SpecError(f"{subject} lacks the key {name}")
    names = fields.get("multipliers")
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        fields["multipliers"] = tuple(reference(name, folder) for name in names)
    return AcceleratorSpec(**fields)


def presets() -> tuple[str, ...]:
    """Names of the shipped specs, smallest first."""
    folder = resources.files("hwgen.spec") / "presets"
    names = (x.name.removesuffix(".toml") for x in folder.iterdir() if x.name.endswith(".toml"))
    return tuple(sorted(names, key=lambda name: (len(name), name)))


def load_spec(name: str) -> AcceleratorSpec:
    """Load a preset by its name, or a spec from a ``.toml`` file."""
    if name in presets():
        text = (resources.files("hwgen.spec") / "presets" / f"{name}.toml").read_text("utf-8")
        return parse_spec(text, f"preset {name}")
    if not name.endswith(".toml"):
        known = ", ".join(presets())
        raise SpecError(f"architecture must be a preset ({known}) or a .toml file, not {name!r}")
    text = read_text(Path(name), "spec", SpecError)
    return parse_spec(text, f"spec {name}", Path(name).parent)
