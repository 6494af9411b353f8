"""What an evaluation gives back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LayerRun", "Result"]


@dataclass(frozen=True, kw_only=True)
class LayerRun:
    """How a layer was run.

    Parameters
    ----------
    name : str
    kernel : str
        ``lookup``, ``factored`` or ``numpy`` where the layer multiplies; else its kind.
    path : str
        Instruction set: ``numpy``, ``portable``, ``avx2`` and so on.
    rank : int
        Matrix products that replace the table; 0 where none do.
    products : int
        Multiplications that were emulated.
    seconds : float
        Processor time that it took, over all threads.
    """

    name: str
    kernel: str
    path: str
    rank: int = 0
    products: int
    seconds: float

    @property
    def rate(self) -> float:
        """Products per second of a thread."""
        return self.products / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """Tensors of a network, and how they were computed.

    Parameters
    ----------
    outputs : dict of str to uint8[N, H, W, C]
        The tensors asked for. Do not change them: they may be kept for the next evaluation.
    layers : tuple of LayerRun
        Of the layers that were computed, in execution order; those whose tensors were known
        are left out.
    seconds : float
        From the first slice to the last.
    threads : int
    """

    outputs: dict[str, NDArray[np.uint8]]
    layers: tuple[LayerRun, ...]
    seconds: float
    threads: int

    @property
    def products(self) -> int:
        """Multiplications that were emulated."""
        return sum(layer.products for layer in self.layers)
