"""Reconfigurable multipliers whose modes are members of any masked-matrix families."""

from dataclasses import dataclass, replace

from hwgen.arith.matrix.matrix import Matrix
from hwgen.arith.matrix.setting import Setting
from hwgen.errors import SpecError

__all__ = ["Switched"]


@dataclass(frozen=True, kw_only=True)
class Switched(Matrix):
    """Modes that are other masked matrices, in one circuit.

    The circuit holds every product bit that some mode needs, and a gate wherever modes differ:
    on an operand bit where that is enough, on a product bit or a constant otherwise.

    Parameters
    ----------
    names : tuple of str
        Name of every mode.
    members : tuple of Matrix
        Per mode, a multiplier of one mode and of these operands; the most accurate one first.
        All force the product of a zero operand to 0, or none does.
    """

    names: tuple[str, ...]
    members: tuple[Matrix, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 2 <= len(set(self.names)) == len(self.names) == len(self.members):
            raise SpecError(
                f"Switched names must be two or more that differ, one per member, "
                f"not {self.names} for {len(self.members)}"
            )
        for name, member in zip(self.names, self.members, strict=True):
            self._check(name, member)

    def _check(self, name: str, member: Matrix) -> None:
        kinds = (member.a_kind, member.w_kind)
        if kinds != (self.a_kind, self.w_kind) or len(member.modes) > 1:
            raise SpecError(
                f"Switched member {name} must have one mode and take {self.a_kind.name} x "
                f"{self.w_kind.name}, not {len(member.modes)} and {kinds[0].name} x {kinds[1].name}"
            )
        if member.skips_zeros != self.skips_zeros:
            raise SpecError(
                f"Switched member {name} must force zeros as the first member does, "
                f"not {member.skips_zeros}"
            )

    def plan(self) -> tuple[Setting, ...]:
        return tuple(
            replace(member.plan()[0], name=name)
            for name, member in zip(self.names, self.members, strict=True)
        )

    @property
    def skips_zeros(self) -> bool:
        return self.members[0].skips_zeros
