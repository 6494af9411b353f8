"""Reading signals that must be defined."""

from sim.mismatch import Mismatch

__all__ = ["number"]


def number(handle) -> int:
    """Value of a signal, as an unsigned number. An undefined bit raises :exc:`Mismatch`."""
    value = handle.value
    if not value.is_resolvable:
        raise Mismatch(f"{handle._path} is undefined: {value}")
    return int(value) if len(handle) == 1 else value.to_unsigned()
