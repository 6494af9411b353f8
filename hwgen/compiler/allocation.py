"""Room in the activation banks: tensors that stay, and buffers of one layer."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Resident", "first_fit"]


@dataclass(frozen=True, kw_only=True)
class Resident:
    """What lies in the banks from one step to another.

    Parameters
    ----------
    name : str
    size : int
        Bytes.
    first, last : int
        Steps, both included.
    address : int
    """

    name: str
    size: int
    first: int
    last: int
    address: int = 0

    @property
    def end(self) -> int:
        """Address behind it."""
        return self.address + self.size


def first_fit(size: int, others: Iterable[Resident], alignment: int) -> int:
    """Lowest aligned address at which ``size`` bytes overlap none of ``others``."""
    address = 0
    for other in sorted(others, key=lambda other: other.address):
        if address + size <= other.address:
            break
        address = max(address, -(-other.end // alignment) * alignment)
    return address
