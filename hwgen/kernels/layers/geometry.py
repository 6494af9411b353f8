"""Shape of a convolution."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.errors import SpecError, check_range

__all__ = ["Geometry", "check_codes", "padded"]

_LARGEST = 1 << 20  # of any extent: products of extents are checked on their own
_MOST = 1 << 31  # elements of one image, weights of one layer: below what indices hold


@dataclass(frozen=True, kw_only=True, eq=False)
class Geometry:
    """Extents of a convolution, its input and its output.

    Parameters
    ----------
    height, width, channels : int
        Of the input.
    filters : int
    kernel : (int, int)
        Vertical, horizontal.
    stride : (int, int)
        Vertical, horizontal.
    padding : (int, int, int, int)
        Top, left, bottom, right.
    groups : int
        Filters and input channels are cut into this many groups; a filter reads the channels of
        its own group.
    out_height, out_width : int
        At most what fits: windows beyond are not computed.
    fill : int
        Code that a padded tap reads.

    Raises
    ------
    SpecError
        An extent is out of range, or a window leaves the padded input.
    """

    height: int
    width: int
    channels: int
    filters: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    groups: int
    out_height: int
    out_width: int
    fill: int

    def __post_init__(self) -> None:
        counts = ("height", "width", "channels", "filters", "groups", "out_height", "out_width")
        for name in counts:
            check_range("convolution", name, getattr(self, name), 1, _LARGEST)
        check_range("convolution", "fill", self.fill, 0, 255)
        for name, count, low in (("kernel", 2, 1), ("stride", 2, 1), ("padding", 4, 0)):
            values = getattr(self, name)
            if len(values) != count:
                raise SpecError(f"convolution {name} must hold {count} integers, not {values!r}")
            for value in values:
                check_range("convolution", name, value, low, _LARGEST)
        for name in ("channels", "filters"):
            if getattr(self, name) % self.groups:
                raise SpecError(
                    f"convolution {name} must be a multiple of {self.groups} groups, "
                    f"not {getattr(self, name)}"
                )
        self._check_windows()
        self._check_sizes()

    @property
    def in_shape(self) -> tuple[int, int, int]:
        """Of the input tensor without images."""
        return self.height, self.width, self.channels

    @property
    def out_shape(self) -> tuple[int, int, int]:
        """Of the output tensor without images."""
        return self.out_height, self.out_width, self.filters

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        """``F, KH, KW, C // groups``."""
        return self.filters, *self.kernel, self.channels // self.groups

    @property
    def taps(self) -> int:
        """Products accumulated per output."""
        return int(np.prod(self.weight_shape[1:]))

    @property
    def operations(self) -> int:
        """Products per image."""
        return int(np.prod(self.out_shape)) * self.taps

    def check_weights(self, name: str, weights: NDArray[Any]) -> None:
        """Raise :exc:`SpecError` unless there is one of ``weights`` per weight."""
        if weights.shape != self.weight_shape:
            raise SpecError(f"{name} must have the shape {self.weight_shape}, not {weights.shape}")

    def _check_windows(self) -> None:
        top, left, bottom, right = self.padding
        for name, extent, kernel, stride, count in (
            ("height", top + self.height + bottom, self.kernel[0], self.stride[0], self.out_height),
            ("width", left + self.width + right, self.kernel[1], self.stride[1], self.out_width),
        ):
            if (count - 1) * stride + kernel > extent:
                raise SpecError(
                    f"convolution out_{name} must keep windows of {kernel} at stride {stride} "
                    f"within {extent}, not {count}"
                )

    def _check_sizes(self) -> None:
        top, left, bottom, right = self.padding
        padded = (self.height + top + bottom) * (self.width + left + right) * self.channels
        for name, size in (
            ("padded input", padded),
            ("output", self.out_height * self.out_width * self.filters),
            ("weights", self.filters * self.taps),
        ):
            if size >= _MOST:
                raise SpecError(f"convolution {name} must have fewer than 2**31 codes, not {size}")


def padded(codes: NDArray[np.uint8], geometry: Geometry) -> NDArray[np.uint8]:
    """The input with its margin."""
    top, left, bottom, right = geometry.padding
    width = ((0, 0), (top, bottom), (left, right), (0, 0))
    return np.pad(codes, width, constant_values=geometry.fill)


def check_codes(
    name: str, codes: object, shape: tuple[int, ...], images: int | None = None
) -> None:
    """Raise :exc:`SpecError` unless ``codes`` is uint8[images, *shape], C-contiguous.

    Compiled code gets its address, so nothing else may pass.
    """
    if not isinstance(codes, np.ndarray) or codes.dtype != np.uint8:
        raise SpecError(f"kernels {name} must be an array of uint8, not {_kind(codes)}")
    has_images = codes.ndim > 0 and images in (None, len(codes))
    if codes.shape[1:] != shape or not has_images:
        wanted = ", ".join(("images" if images is None else str(images), *map(str, shape)))
        raise SpecError(f"kernels {name} must have the shape ({wanted}), not {codes.shape}")
    if not codes.flags.c_contiguous:
        raise SpecError(f"kernels {name} must be C-contiguous, not of strides {codes.strides}")


def _kind(value: object) -> str:
    return str(value.dtype) if isinstance(value, np.ndarray) else type(value).__name__
