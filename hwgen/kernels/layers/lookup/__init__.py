"""Convolution by table look-up, for any tables."""
