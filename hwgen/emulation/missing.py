"""What to do where the compiled kernels are missing."""

from hwgen.kernels.layers import native

__all__ = ["hint"]


def hint() -> str | None:
    """One line for users, or None where the compiled kernels are there."""
    if native.sets():
        return None
    return (
        "The compiled kernels are missing or older than their sources, so NumPy does their work, "
        "many times slower: install hwgen again where there is a C compiler, such as gcc or clang."
    )
