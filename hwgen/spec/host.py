"""The host's address space, as driver and circuit both see it."""

from enum import IntEnum

from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.descriptor import DESCRIPTOR_WIDTH, PARAMETER_WIDTH

__all__ = [
    "HOST_WIDTH",
    "REGION_BITS",
    "Region",
    "host_address",
    "host_address_width",
    "pieces",
    "stride",
]

HOST_WIDTH = 32  # bits of a host word
REGION_BITS = 3


class Region(IntEnum):
    """Parts of the address space: the bits above those of a word's address."""

    CONTROL = 0
    DESCRIPTORS = 1
    WEIGHTS = 2
    PARAMETERS = 3
    ACTIVATIONS = 4


def pieces(width: int) -> int:
    """Host words that make a memory word of ``width`` bits."""
    return -(-width // HOST_WIDTH)


def stride(width: int) -> int:
    """Host addresses from one memory word to the next: the pieces, rounded up to 2**n."""
    return 1 << (pieces(width) - 1).bit_length()


def host_address_width(spec: AcceleratorSpec) -> int:
    """Bits of a host address: three for the region, the rest for its largest memory."""
    words = max(
        spec.descriptor_words * stride(DESCRIPTOR_WIDTH),
        spec.weight_words * stride(spec.cols * spec.weight_bits),
        spec.parameter_words * stride(PARAMETER_WIDTH),
        spec.activation_bytes,
    )
    return REGION_BITS + (words - 1).bit_length()


def host_address(spec: AcceleratorSpec, region: Region, word: int) -> int:
    """Host address of a host word in a region."""
    return region << (host_address_width(spec) - REGION_BITS) | word
