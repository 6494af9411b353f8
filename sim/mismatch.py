"""What a bench says when the circuit and golden differ."""

__all__ = ["Mismatch"]


class Mismatch(AssertionError):
    """The accelerator and golden differ."""
