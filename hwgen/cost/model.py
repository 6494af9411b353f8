"""What a characterized multiplier costs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["MultiplierCost"]

CODES = 256  # of an s8 weight


@dataclass(frozen=True)
class MultiplierCost:
    """Area, delay and energy of a multiplier alone, or of a processing element with it.

    Parameters
    ----------
    area_um2 : float
    delay_ns : float
        Of the worst path, whatever the mode.
    leakage_nw : float
    energy_pj : dict
        Mean switching energy of a product in pJ: ``[mode][layer name]``.
    energy_by_code : dict
        The same for each weight: ``[mode][layer name][code]``, a tuple of 256, indexed by the
        raw bits of the s8 weight code; NaN where the sample does not hold the code.
    clock_energy_pj : float
        What the clock pins of registers take of every energy; 0 for a multiplier alone, which
        has none.
    """

    area_um2: float
    delay_ns: float
    leakage_nw: float
    energy_pj: Mapping[int, Mapping[str, float]]
    energy_by_code: Mapping[int, Mapping[str, tuple[float, ...]]]
    clock_energy_pj: float = 0.0

    def to_json(self) -> str:
        """Text that :meth:`from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "MultiplierCost":
        """The inverse of :meth:`to_json`, exact to the last bit; ValueError for other text."""
        try:
            return cls._of(json.loads(text))
        except (AttributeError, KeyError, RecursionError, TypeError) as error:
            raise ValueError("text must be that of a cost, but it is other JSON") from error

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> "MultiplierCost":
        energy = {
            int(mode): {layer: _number(x) for layer, x in layers.items()}
            for mode, layers in fields.pop("energy_pj").items()
        }
        by_code = {
            int(mode): {layer: _table(x) for layer, x in layers.items()}
            for mode, layers in fields.pop("energy_by_code").items()
        }
        if {k: set(x) for k, x in energy.items()} != {k: set(x) for k, x in by_code.items()}:
            raise ValueError("energies and energies by code must be of the same layers")
        figures = {name: _number(x) for name, x in fields.items()}
        return cls(**figures, energy_pj=energy, energy_by_code=by_code)


def _table(values: list[Any]) -> tuple[float, ...]:
    if not isinstance(values, list) or len(values) != CODES:
        raise ValueError(f"energies by code must be a list of {CODES}, not {values!r}")
    return tuple(map(_number, values))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"figure must be a number, not {value!r}")
    return value
