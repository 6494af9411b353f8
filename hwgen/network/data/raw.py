"""Images as a file holds them, before anything is said about what their numbers mean."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import DataError

__all__ = ["Part", "Raw", "check_labels"]

Part: TypeAlias = Literal["calibration", "test"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Raw:
    """One split of a data set, unchanged.

    Parameters
    ----------
    subject : str
        What errors call the images, such as ``data digits.npz test_images``.
    label_subject : str
        The same for the labels.
    images : array[N, ...]
        Numbers of any kind.
    labels : array[N]
    are_codes : bool
        Whether the format itself says that the images are codes of the network's input.
    """

    subject: str
    label_subject: str
    images: NDArray[Any]
    labels: NDArray[Any]
    are_codes: bool = False


def check_labels(raw: Raw, classes: int) -> NDArray[np.int64]:
    """The labels, if there is one from 0 to ``classes - 1`` for each image."""
    labels, subject = raw.labels, raw.label_subject
    if not np.issubdtype(labels.dtype, np.integer):
        raise DataError(f"{subject} must be integers, not {labels.dtype}")
    if labels.shape != raw.images.shape[:1]:
        raise DataError(
            f"{subject} must have the shape {[len(raw.images)]}, not {list(labels.shape)}"
        )
    wrong = labels[(labels < 0) | (labels >= classes)]
    if wrong.size:
        raise DataError(f"{subject} must be from 0 to {classes - 1}, not {wrong[0]}")
    return labels.astype(np.int64)
