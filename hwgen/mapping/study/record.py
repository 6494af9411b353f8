"""Answers as rows of a table. Tuned weights are kept apart, as many designs share them."""

import hashlib
import json
import zlib
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import numpy as np

from hwgen.mapping.drop import Drop
from hwgen.mapping.outcome import Energy, Outcome
from hwgen.spec.mapping import Mapping

__all__ = ["pack_mapping", "pack_outcome", "unpack_mapping", "unpack_outcome"]

_TUNED = "tuned_weights"


def pack_mapping(mapping: Mapping) -> tuple[bytes, dict[str, bytes]]:
    """A mapping, and the tuned weights that it names by their SHA-256; both compressed."""
    document, weights = json.loads(mapping.to_json()), {}
    for layer in document["layers"].values():
        if _TUNED in layer:
            text = json.dumps(layer[_TUNED], separators=(",", ":")).encode()
            layer[_TUNED] = hashlib.sha256(text).hexdigest()
            weights[layer[_TUNED]] = zlib.compress(text)
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode()), weights


def unpack_mapping(packed: bytes, weights_of: Callable[[str], bytes]) -> Mapping:
    """The inverse of :func:`pack_mapping`; ``weights_of`` gives the bytes behind a SHA-256."""
    document = json.loads(zlib.decompress(packed))
    for layer in document["layers"].values():
        if _TUNED in layer:
            layer[_TUNED] = json.loads(zlib.decompress(weights_of(layer[_TUNED])))
    return Mapping.from_json(json.dumps(document))


def pack_outcome(outcome: Outcome) -> tuple[str, bytes]:
    """Drop and energy as JSON, exact to the last bit; and the margins."""
    energy = None if outcome.energy is None else astuple(outcome.energy)
    figures = json.dumps({"drop": astuple(outcome.drop), "energy": energy})
    # Margins are multiples of half a code: as 16-bit integers they take a quarter.
    return figures, zlib.compress((2 * outcome.margins).astype("<i2").tobytes())


def unpack_outcome(
    figures: str, margins: bytes, mapping: Mapping | None, multiplications: int, seconds: float
) -> Outcome:
    """The inverse of :func:`pack_outcome`, with what else is known of the answer."""
    document: dict[str, Any] = json.loads(figures)
    energy = document["energy"]
    halves = np.frombuffer(zlib.decompress(margins), "<i2")
    return Outcome(
        drop=Drop(*document["drop"]),
        margins=halves / 2,
        mapping=mapping,
        energy=None if energy is None else _energy(energy),
        multiplications=multiplications,
        seconds=seconds,
    )


def _energy(values: list[float]) -> Energy:
    total, convolutions, total_pj = values
    return Energy(total=total, convolutions=convolutions, total_pj=total_pj)
