"""What hwgen reads of TFLite's schema: the fields of its tables, in order.

Follows schema.fbs of TFLite, schema 3. A field that hwgen never reads is ``None``.
"""

from dataclasses import dataclass
from typing import TypeAlias

import tflite

__all__ = ["OPTIONS", "TABLES", "Field", "Options", "Table", "Tables", "Vector"]


@dataclass(frozen=True)
class Vector:
    """Numbers of ``size`` bytes one after the other; a string is one of bytes."""

    size: int


@dataclass(frozen=True)
class Table:
    """Another table, of the kind ``name``."""

    name: str


@dataclass(frozen=True)
class Tables:
    """A vector of tables of the kind ``name``."""

    name: str


@dataclass(frozen=True)
class Options:
    """A table whose kind is what the field before it says: one of ``OPTIONS``."""


Field: TypeAlias = int | Vector | Table | Tables | Options | None  # int: a number of so many bytes

_STRING = Vector(1)

TABLES: dict[str, tuple[Field, ...]] = {
    "Model": (4, Tables("OperatorCode"), Tables("SubGraph"), None, Tables("Buffer")),
    "OperatorCode": (1, _STRING, 4, 4),
    "SubGraph": (Tables("Tensor"), Vector(4), Vector(4), Tables("Operator")),
    "Tensor": (
        *(Vector(4), 1, 4, _STRING, Table("QuantizationParameters"), 1),
        *(Table("SparsityParameters"), Vector(4)),
    ),
    "QuantizationParameters": (None, None, Vector(4), Vector(8), 1, None, 4),
    "SparsityParameters": (),
    "Operator": (4, Vector(4), Vector(4), 1, Options(), Vector(1)),
    "Buffer": (Vector(1), 8, 8),
    "AddOptions": (1, 1),
    "ConcatenationOptions": (4, 1),
    "Conv2DOptions": (1, 4, 4, 1, 4, 4, 1),
    "DepthwiseConv2DOptions": (1, 4, 4, 4, 1, 4, 4),
    "FullyConnectedOptions": (1, 1, 1, 1, 1),
    "Pool2DOptions": (1, 4, 4, 4, 4, 1),
    "ReducerOptions": (1,),
    "ReshapeOptions": (Vector(4),),
    "SoftmaxOptions": (4,),
    "SqueezeOptions": (Vector(4),),
    "StridedSliceOptions": (4, 4, 4, 4, 4, 1),
}

# Kind of an operator's options, as the union's type says.
OPTIONS: dict[int, str] = {
    getattr(tflite.BuiltinOptions, name): name for name in TABLES if name.endswith("Options")
}
