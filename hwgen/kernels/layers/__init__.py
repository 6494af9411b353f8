"""Layers of a quantized network: compiled where this installation has it, else in NumPy.

Tensors are uint8 ``[images, height, width, channels]``, C-contiguous. A call works on one slice
of images in the calling thread, keeps nothing between calls and releases the interpreter's lock,
so that slices may run in threads at once.
"""
