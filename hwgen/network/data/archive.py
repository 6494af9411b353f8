"""NumPy's ``.npz`` archives: one split, or calibration and test images in codes."""

from pathlib import Path

import numpy as np

from hwgen.errors import DataError
from hwgen.network.data.raw import Part, Raw
from hwgen.npz import listed, open_npz

__all__ = ["read_archive", "read_codes"]

_NAMES = ("images", "features_int8")


def read_archive(path: Path, part: Part) -> Raw:
    """``images`` or ``features_int8``, and ``labels``; or what :func:`read_codes` reads."""
    with open_npz(path, "data", DataError) as archive:
        if f"{part}_images" in archive:
            return read_codes(path, part)
        name = next((x for x in _NAMES if x in archive), None)
        if name is None or "labels" not in archive:
            raise DataError(
                f"data {path} must hold {' or '.join(_NAMES)} and labels, or "
                f"{part}_images and {part}_labels; it holds {listed(archive)}"
            )
        return Raw(
            subject=f"data {path} {name}",
            label_subject=f"data {path} labels",
            images=np.asarray(archive[name]),
            labels=np.asarray(archive["labels"]),
        )


def read_codes(path: Path, part: Part) -> Raw:
    """``test_images`` and ``test_labels`` (or of ``calibration``): codes of a network's input."""
    names = (f"{part}_images", f"{part}_labels")
    with open_npz(path, "data", DataError) as archive:
        for name in names:
            if name not in archive:
                raise DataError(f"data {path} lacks the array {name}; it holds {listed(archive)}")
        images, labels = (np.asarray(archive[name]) for name in names)
    return Raw(
        subject=f"data {path} {names[0]}",
        label_subject=f"data {path} {names[1]}",
        images=images,
        labels=labels,
        are_codes=True,
    )
