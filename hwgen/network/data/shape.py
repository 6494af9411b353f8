"""Bringing images into the order and the colours that a network reads; never their size."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import DataError, SpecError
from hwgen.network.data.preprocessing import Preprocessing
from hwgen.network.data.raw import Raw
from hwgen.network.graph import Shape

__all__ = ["shaped"]

_LUMA = (19595, 38470, 7471)  # of red, green and blue, in 1/65536: ITU-R BT.601
_CHANNELS = {"grey": (3, 1), "rgb": (1, 3), "bgr": (3, 3)}  # before and after


def shaped(raw: Raw, preprocessing: Preprocessing | None, shape: Shape) -> NDArray[Any]:
    """The images as ``[N, H, W, C]``; refuses any that a network of input ``shape`` cannot read.

    Those of [N, H, W] have one channel, those of [N, K] one position.
    """
    stated = preprocessing or Preprocessing()
    height, width, channels = shape
    if stated.colour != "same":
        before, after = _CHANNELS[stated.colour]
        if after != channels:
            raise SpecError(
                f"{stated.subject} colour {stated.colour} makes {after} channels of {before}, "
                f"but the network reads {channels}"
            )
        channels = before
    images = _four_axes(raw.images, stated)
    if images.shape[1:] != (height, width, channels) or not len(images):
        wanted = (channels, height, width) if stated.layout == "chw" else (height, width, channels)
        raise DataError(
            f"{raw.subject} must have the shape [N, {', '.join(map(str, wanted))}], "
            f"not {list(raw.images.shape)}"
        )
    return _coloured(raw, images, stated.colour)


def _four_axes(images: NDArray[Any], stated: Preprocessing) -> NDArray[Any]:
    if images.ndim == 4 and stated.layout == "chw":
        return np.moveaxis(images, 1, 3)
    if images.ndim == 3:
        return images[..., None]
    return images[:, None, None, :] if images.ndim == 2 else images


def _coloured(raw: Raw, images: NDArray[Any], colour: str) -> NDArray[Any]:
    if colour == "rgb":
        return np.repeat(images, 3, axis=3)
    if colour == "bgr":
        return images[..., ::-1]
    if colour == "same":
        return images
    if images.dtype != np.uint8:
        raise DataError(f"{raw.subject} must be uint8 to become grey, not {images.dtype}")
    red, green, blue = (images[..., x].astype(np.uint32) * factor for x, factor in enumerate(_LUMA))
    return (red + green + blue + (1 << 15) >> 16).astype(np.uint8)[..., None]
