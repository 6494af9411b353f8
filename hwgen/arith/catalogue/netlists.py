"""Netlists that ship with hwgen; each is read when it is asked for."""

from collections.abc import Iterator, Mapping
from functools import cache

from hwgen.arith.multiplier import Multiplier
from hwgen.arith.netlist.netlist import Netlist
from hwgen.flow.data import data_path

__all__ = ["ENTRIES"]


class _Netlists(Mapping[str, Multiplier]):
    """Every ``.v`` file below ``rtl_templates/multipliers``, by its name without the ending."""

    def __init__(self) -> None:
        folder = data_path("rtl_templates/multipliers")
        self._files = {file.stem: file for file in sorted(folder.rglob("*.v"))}

    def __getitem__(self, name: str) -> Multiplier:
        return _read(self._files[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


_read = cache(Netlist.load)

ENTRIES: Mapping[str, Multiplier] = _Netlists()
