"""Import of int8 TFLite models."""

from hwgen.network.tflite.importer import load

__all__ = ["load"]
