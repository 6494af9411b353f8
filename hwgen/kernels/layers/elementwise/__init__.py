"""Layers without weights: sums of two tensors, and pooling."""
