"""The folder that a mapping is exported to."""

import json
from pathlib import Path

import hwgen
from hwgen.arith.catalogue import given
from hwgen.mapping_export.header import header
from hwgen.mapping_export.resolved import Resolved, resolve
from hwgen.mapping_export.tables import archive, raw_tables
from hwgen.network.graph import Network
from hwgen.output import MANIFEST, replacing_folder
from hwgen.spec.mapping import Mapping

__all__ = ["KIND", "export_mapping"]

KIND = "mapping export"
_MODULE = Path(__file__).with_name("torch_layers.py")


def export_mapping(network: Network, mapping: Mapping, folder: str | Path) -> Resolved:
    """Write a mapping the way other tools take it; what they multiply is what it means here.

    The folder gets ``approximate.npz`` (see :func:`hwgen.mapping_export.tables.archive`),
    ``tables/`` (raw tables, see :func:`hwgen.mapping_export.tables.raw_tables`), ``mapping.h``
    for C, ``approximate.py`` with layers for PyTorch, ``mapping.json`` itself, the netlists of
    multipliers that are not of the catalogue, and a manifest.

    Raises
    ------
    SpecError
        The mapping does not fit the network.
    OutputError
        The folder holds something else, or cannot be written.
    """
    resolved = resolve(network, mapping)
    files = {
        "approximate.npz": archive(resolved),
        "approximate.py": _MODULE.read_bytes(),
        "mapping.h": header(resolved, mapping).encode(),
        "mapping.json": mapping.to_json().encode(),
        **{f"tables/{name}": content for name, content in raw_tables(resolved).items()},
        **given.files_of(name for name, _ in resolved.names),
    }
    with replacing_folder(folder, KIND) as place:
        for name, content in files.items():
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_bytes(content)
        (place / MANIFEST).write_text(_manifest(resolved, mapping, list(files)), encoding="utf-8")
    return resolved


def _manifest(resolved: Resolved, mapping: Mapping, files: list[str]) -> str:
    document = {
        "hwgen": KIND,
        "version": hwgen.__version__,
        "mapping": mapping.digest,
        "tables": [{"multiplier": name, "mode": mode} for name, mode in resolved.names],
        "files": sorted(files),
    }
    return json.dumps(document, indent=1) + "\n"
