"""Mappings for other tools: tables, a C header, and layers for PyTorch."""
