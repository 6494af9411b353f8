"""A build: the folder with everything that one picked mapping becomes.

``accelerator.v``, ``program.json``, ``mapping.json`` and ``spec.toml`` are what hardware and
driver need; ``model.onnx``, ``data.npz`` and the mappings of the baselines are what it is
judged by; ``exploration.json`` says what was chosen among; ``manifest.json`` holds their
digests. Simulation and synthesis leave ``simulation.json`` and ``synthesis.json`` beside them.
"""

import dataclasses
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import hwgen
from hwgen.accelerator import Accelerator
from hwgen.compiler.compile import compile_network
from hwgen.compiler.program import Program
from hwgen.errors import DataError
from hwgen.mapping.study import Study
from hwgen.network import data, onnx_import
from hwgen.network.data import DataSet
from hwgen.network.graph import Network
from hwgen.output import MANIFEST, folder_kind, replacing_folder
from hwgen.report.summary import EXPLORATION, study_document
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import Mapping
from hwgen.verilog import to_verilog

__all__ = ["KIND", "Build", "generate"]

KIND = "build"
VERILOG = "accelerator.v"
BASELINES = {"exact": "mapping_exact.json", "precision": "mapping_precision.json"}


@dataclasses.dataclass(frozen=True)
class Build:
    """A build folder, opened.

    Parameters
    ----------
    folder : Path
    """

    folder: Path

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> "Build":
        """Open a folder that :func:`generate` made. Raises :exc:`DataError`."""
        path = Path(folder)
        if folder_kind(path) != KIND:
            raise DataError(f"build {folder} must be a folder made by hwgen generate")
        return cls(path)

    @property
    def verilog(self) -> Path:
        """The accelerator."""
        return self.folder / VERILOG

    def spec(self) -> AcceleratorSpec:
        """What was built."""
        return AcceleratorSpec.from_toml(self._text("spec.toml"), f"spec of build {self.folder}")

    def mapping(self) -> Mapping:
        """What the program executes."""
        return Mapping.read(self.folder / "mapping.json")

    def baselines(self) -> dict[str, Mapping]:
        """What it is compared with: the exact mapping, and the best of precision alone."""
        return {role: Mapping.read(self.folder / name) for role, name in BASELINES.items()}

    def program(self) -> Program:
        """What the accelerator executes."""
        return Program.from_json(self._text("program.json"), f"program of build {self.folder}")

    def network(self) -> Network:
        """The network that was mapped."""
        return onnx_import.load(self.folder / "model.onnx")

    def images(self, network: Network) -> DataSet:
        """The images that it is judged by."""
        return data.load(self.folder / "data.npz", network)

    def exploration(self) -> dict[str, Any]:
        """What was chosen among: see :func:`hwgen.report.summary.study_document`."""
        document: dict[str, Any] = json.loads(self._text(EXPLORATION))
        return document

    def _text(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"build {self.folder} must hold a readable {name}: {error}") from error


def generate(study: Study, output: str | os.PathLike[str], *, max_drop: float) -> Build:
    """Write the build of the cheapest mapping of a study that keeps ``max_drop``.

    Equal studies give equal bytes. Raises :exc:`SpecError` when the program does not fit the
    accelerator.
    """
    found = study.exploration
    pick, alone = study.pick(max_drop), found.pick(max_drop, found.reduced)
    spec = dataclasses.replace(study.spec, multiplier=pick.candidate.multiplier)
    program = compile_network(study.network, pick.mapping, spec)
    with replacing_folder(output, KIND) as place:
        texts = {
            VERILOG: to_verilog(Accelerator(spec), "accelerator"),
            "program.json": program.to_json(),
            "mapping.json": pick.mapping.to_json(),
            BASELINES["exact"]: found.exact.mapping.to_json(),
            BASELINES["precision"]: alone.mapping.to_json(),
            "spec.toml": spec.to_toml(),
            EXPLORATION: json.dumps(study_document(study, max_drop), indent=1) + "\n",
        }
        files = {name: text.encode() for name, text in texts.items()}
        files |= {"model.onnx": study.model, "data.npz": study.data}
        for name, content in files.items():
            (place / name).write_bytes(content)
        manifest = {
            "hwgen": KIND,
            "version": hwgen.__version__,
            "max_drop": max_drop,
            "multiplier": spec.multiplier,
            "sha256": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)},
        }
        (place / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return Build(Path(output))
