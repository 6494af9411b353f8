"""Images that a network can run, with the class of each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import DataError
from hwgen.network.data.encode import check_codes, chunks, codes_of, own_codes
from hwgen.network.data.preprocessing import Preprocessing
from hwgen.network.data.raw import Raw, check_labels
from hwgen.network.data.shape import shaped
from hwgen.network.graph import Network, Shape

__all__ = ["Labelled", "as_values", "encoded"]

_KINDS = "iuf"
_EXAMPLE = "'divide = 255, mean = 0.5, std = 0.25'"


@dataclass(frozen=True, kw_only=True, eq=False)
class Labelled:
    """One split of a data set, for one network.

    Parameters
    ----------
    images : uint8[N, H, W, C]
        Codes of the network's input, C-contiguous.
    labels : int64[N]
        From 0 to the number of the network's outputs minus 1.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def encoded(
    raw: Raw,
    network: Network,
    preprocessing: Preprocessing | None = None,
    limit: int | None = None,
) -> Labelled:
    """The codes that ``network`` reads, of the first ``limit`` images or of all.

    Raises :exc:`DataError` unless everything fits.
    """
    _check_stated(raw, preprocessing)
    if preprocessing is None or preprocessing.codes:
        check_codes(raw)
    images = shaped(raw, preprocessing, network.input_shape)[:limit]
    if preprocessing is None:
        codes = own_codes(images)
    else:
        _check_numbers(raw, images)
        codes = codes_of(images, preprocessing, network.input_quantization)
    classes = int(np.prod(network.layers[-1].shape))
    return Labelled(images=codes, labels=check_labels(raw, classes)[:limit])


def as_values(
    raw: Raw, shape: Shape, preprocessing: Preprocessing | None, limit: int | None = None
) -> NDArray[np.float32]:
    """What a float network of input ``shape`` reads: ``[N, H, W, C]``; see :func:`encoded`."""
    if raw.are_codes or (preprocessing is not None and preprocessing.codes):
        raise DataError(
            f"{raw.subject} hold codes of a quantized network, which a float one cannot read"
        )
    if preprocessing is None:
        raise _unstated(raw, _EXAMPLE)
    images = shaped(raw, preprocessing, shape)[:limit]
    _check_numbers(raw, images)
    values = np.empty(images.shape, np.float32)
    for part in chunks(images):
        values[part] = preprocessing.values(images[part])
    return values


def _check_stated(raw: Raw, preprocessing: Preprocessing | None) -> None:
    if preprocessing is None and not raw.are_codes:
        raise _unstated(raw, f"{_EXAMPLE} or 'codes = true'")
    if preprocessing is not None and raw.are_codes and not preprocessing.codes:
        raise DataError(
            f"{raw.subject} are codes by definition, but {preprocessing.subject} says "
            f"what numbers mean; state --preprocess 'codes = true'"
        )


def _unstated(raw: Raw, examples: str) -> DataError:
    return DataError(
        f"{raw.subject} need a preprocessing: say what their numbers mean in MODEL.toml beside "
        f"the model, or with --preprocess, such as {examples}"
    )


def _check_numbers(raw: Raw, images: NDArray[Any]) -> None:
    if images.dtype.kind not in _KINDS:
        raise DataError(f"{raw.subject} must be numbers, not {images.dtype}")
    if images.dtype.kind != "f":
        return
    for part in chunks(images):
        # What overflows float32 is as bad as what was infinite before.
        with np.errstate(over="ignore"):
            wrong = ~np.isfinite(images[part].astype(np.float32))
        if wrong.any():
            raise DataError(
                f"{raw.subject} must be finite numbers, not {images[part][wrong][0]} "
                f"(image {part.start + int(np.argwhere(wrong)[0, 0])})"
            )
