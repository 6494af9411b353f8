"""Specs of machines as TOML files, and those that are shipped."""

import dataclasses
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from hwgen.arith.catalogue.given import reference
from hwgen.errors import SpecError
from hwgen.spec.machine import MachineSpec

__all__ = ["load_machine", "machine_presets", "parse_machine"]


def parse_machine(text: str, subject: str, folder: Path = Path()) -> MachineSpec:
    """Parse a spec; ``subject`` names it in errors. Unknown keys are refused.

    Multipliers' files are looked for from ``folder`` on.
    """
    try:
        fields: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{subject} is not TOML: {error}") from error
    known = {field.name: field for field in dataclasses.fields(MachineSpec)}
    for name in fields:
        if name not in known:
            raise SpecError(f"{subject} has the unknown key {name}; known: {', '.join(known)}")
    for name, field in known.items():
        if field.default is dataclasses.MISSING and name not in fields:
            raise SpecError(f"{subject} lacks the key {name}")
    names = fields.get("multipliers")
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        fields["multipliers"] = tuple(reference(name, folder) for name in names)
    return MachineSpec(**fields)


def machine_presets() -> tuple[str, ...]:
    """Names of the shipped specs, smallest first."""
    folder = resources.files("hwgen.spec") / "machines"
    names = (x.name.removesuffix(".toml") for x in folder.iterdir() if x.name.endswith(".toml"))
    return tuple(sorted(names, key=lambda name: (len(name), name)))


def load_machine(name: str) -> MachineSpec:
    """Load a preset by its name, or a spec from a ``.toml`` file."""
    if name in machine_presets():
        text = (resources.files("hwgen.spec") / "machines" / f"{name}.toml").read_text("utf-8")
        return parse_machine(text, f"preset {name}")
    if not name.endswith(".toml"):
        known = ", ".join(machine_presets())
        raise SpecError(f"architecture must be a preset ({known}) or a .toml file, not {name!r}")
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"spec {name} cannot be read: {error}") from error
    return parse_machine(text, f"spec {name}", Path(name).parent)
