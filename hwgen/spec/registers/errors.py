"""Why an accelerator stops."""

from enum import IntEnum

__all__ = ["MEANINGS", "ErrorCode"]


class ErrorCode(IntEnum):
    """Of several errors that are found in the same cycle, the lowest code counts.

    So what memory answered comes first: it explains whatever else is wrong then. A descriptor's
    own faults come in the order in which one makes the next one meaningless.
    """

    NONE = 0
    DESCRIPTOR_READ = 1
    PARAMETER_READ = 2
    WEIGHT_READ = 3
    ACTIVATION_READ = 4
    ACTIVATION_WRITE = 5
    FOREIGN_DESCRIPTOR = 6
    BAD_DESCRIPTOR = 7
    ADDRESS_RANGE = 8
    WEIGHTS_EXHAUSTED = 9
    WEIGHTS_LEFT = 10
    PARAMETERS_EXHAUSTED = 11
    PARAMETERS_LEFT = 12


MEANINGS = {
    ErrorCode.NONE: "no error",
    ErrorCode.DESCRIPTOR_READ: "memory answered SLVERR or DECERR when a descriptor was read",
    ErrorCode.PARAMETER_READ: "memory answered SLVERR or DECERR when parameters were read",
    ErrorCode.WEIGHT_READ: "memory answered SLVERR or DECERR when weights were read",
    ErrorCode.ACTIVATION_READ: "memory answered SLVERR or DECERR when LOAD read it",
    ErrorCode.ACTIVATION_WRITE: "memory answered SLVERR or DECERR when STORE wrote it",
    ErrorCode.FOREIGN_DESCRIPTOR: (
        "a descriptor does not begin with DIGEST: the program is for another spec, has no end, "
        "or is not there"
    ),
    ErrorCode.BAD_DESCRIPTOR: "a descriptor asks for what does not exist or would never end",
    ErrorCode.ADDRESS_RANGE: (
        "a descriptor leaves the activation memory or the address space, "
        "or DESCRIPTOR or the offset of a stream is not a multiple of IMAGE_ALIGNMENT"
    ),
    ErrorCode.WEIGHTS_EXHAUSTED: "a layer takes more weights than its descriptor names",
    ErrorCode.WEIGHTS_LEFT: "a layer takes fewer weights than its descriptor names",
    ErrorCode.PARAMETERS_EXHAUSTED: "a layer takes more parameters than its descriptor names",
    ErrorCode.PARAMETERS_LEFT: "a layer takes fewer parameters than its descriptor names",
}
"""What each code tells."""
