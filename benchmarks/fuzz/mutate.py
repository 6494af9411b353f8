"""Damaged and changed models: of the bytes, or of what the bytes say."""

import random

from benchmarks.fuzz import onnx_fields, tflite_fields

__all__ = ["mutant"]


def mutant(models, index, seed):
    """Model ``index % len(models)`` of ``models`` (name to bytes) after some mutations.

    Returns the model's name and the bytes. Depends on its arguments only, so that a mutant can
    be made again, in any process.
    """
    random_ = random.Random(f"{seed} {index}")
    name = sorted(models)[index % len(models)]
    whole = models[name]
    fields = tflite_fields if name.endswith(".tflite") else onnx_fields
    kind = random_.random()
    if kind < 0.6:  # most mutations of bytes end in the same few errors
        changed = fields.mutate(whole, random_, random_.choice((1, 1, 1, 2, 4)))
        if kind > 0.05:
            return name, changed
        whole = changed
    for _ in range(random_.choice((1, 1, 2, 5))):
        whole = random_.choice(_BYTES)(whole, random_)
    return name, whole


def _flip(whole, random_):
    changed = bytearray(whole)
    for _ in range(random_.choice((1, 1, 4, 16))):
        changed[random_.randrange(len(changed))] ^= 1 << random_.randrange(8)
    return bytes(changed)


def _overwrite(whole, random_):
    changed = bytearray(whole)
    value = random_.choice((0x00, 0x01, 0x7F, 0x80, 0xFF, random_.randrange(256)))
    start = random_.randrange(len(changed))
    for position in range(start, min(len(changed), start + random_.choice((1, 1, 2, 4, 8)))):
        changed[position] = value
    return bytes(changed)


def _truncate(whole, random_):
    return whole[: random_.randrange(len(whole))] or b"\0"


def _splice(whole, random_):
    """Another part of the model in place of one, in place or moving the rest."""
    start, source = random_.randrange(len(whole)), random_.randrange(len(whole))
    length = random_.choice((1, 4, 16, 64, 1024))
    removed = random_.choice((0, length))
    return whole[:start] + whole[source : source + length] + whole[start + removed :] or b"\0"


def _remove(whole, random_):
    start = random_.randrange(len(whole))
    return whole[:start] + whole[start + random_.choice((1, 4, 16, 256)) :] or b"\0"


_BYTES = (_flip, _flip, _overwrite, _overwrite, _truncate, _splice, _remove)
