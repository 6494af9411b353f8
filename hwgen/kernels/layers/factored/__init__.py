"""Convolution by sums of products of factors: one or a few integer matrix products."""
