"""The register map of a machine."""

from hwgen.spec.machine import MachineSpec
from hwgen.spec.registers.accelerator import accelerator_registers, spec_digest
from hwgen.spec.registers.model import RegisterMap

__all__ = ["machine_registers"]


def machine_registers(spec: MachineSpec) -> RegisterMap:
    """Registers of the machine of ``spec``."""
    return accelerator_registers(
        digest=spec_digest(spec.to_toml()),
        layers=spec.layer_counters,
        address_width=spec.address_width,
    )
