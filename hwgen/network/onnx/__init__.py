"""Import of quantized ONNX models."""

from hwgen.network.onnx.importer import load

__all__ = ["load"]
