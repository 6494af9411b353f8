"""What a characterized multiplier costs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["MultiplierCost"]


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
        fields: dict[str, Any] = json.loads(text)
        energy = {int(mode): layers for mode, layers in fields.pop("energy_pj").items()}
        by_code = {
            int(mode): {layer: tuple(table) for layer, table in layers.items()}
            for mode, layers in fields.pop("energy_by_code").items()
        }
        return cls(**fields, energy_pj=energy, energy_by_code=by_code)
