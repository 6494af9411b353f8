"""hwgen: from a trained 8-bit network to a verified accelerator with approximate multipliers."""

__version__ = "0.1.0"
