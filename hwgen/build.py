"""A build: the folder with everything that one picked mapping becomes.

``accelerator.v``, ``program.json``, ``mapping.json`` and ``spec.toml`` are what hardware and
driver need; ``model.onnx``, ``data.npz`` and the mappings of the baselines are what it is
judged by; ``multipliers`` holds the netlists that are not of the catalogue;
``exploration.json`` says what was chosen among; ``manifest.json`` holds their digests.
Simulation and synthesis leave ``simulation.json`` and ``synthesis.json`` beside them.
"""

import dataclasses
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import hwgen
from hwgen.accelerator import Accelerator
from hwgen.arith.catalogue import given
from hwgen.compiler.compile import compile_network
from hwgen.compiler.program import Program
from hwgen.errors import DataError
from hwgen.mapping.study import Study
from hwgen.network import data
from hwgen.network.data import DataSet
from hwgen.network.graph import Network
from hwgen.network.load import load as load_network
from hwgen.output import MANIFEST, folder_kind, replacing_file, replacing_folder
from hwgen.report.summary import EXPLORATION, study_document
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import Mapping
from hwgen.verilog import to_verilog

__all__ = ["KIND", "Build", "generate"]

KIND = "build"
VERILOG = "accelerator.v"
BASELINES = {"exact": "mapping_exact.json", "precision": "mapping_precision.json"}
FILES = (
    VERILOG,
    "program.json",
    "mapping.json",
    *BASELINES.values(),
    "spec.toml",
    EXPLORATION,
    "model.onnx",
    "data.npz",
)


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
        """Open a folder that :func:`generate` made.

        Every file must be as hwgen wrote it, but for the Verilog: that is what simulation
        judges. Raises :exc:`DataError`.
        """
        build = cls(Path(folder))
        if folder_kind(build.folder) != KIND:
            raise DataError(f"build {folder} must be a folder made by hwgen generate")
        digests = build._digests()
        files = {name: build._bytes(name) for name in digests if name != VERILOG}
        for name, content in files.items():
            if _sha256(content) != digests[name]:
                raise DataError(
                    f"build {folder} must hold {name} as hwgen wrote it, "
                    f"but its SHA-256 is not the manifest's"
                )
        given.add_files(files)  # before their names are read
        return build

    @property
    def verilog(self) -> Path:
        """The accelerator."""
        path = self.folder / VERILOG
        if not path.is_file():
            raise DataError(f"build {self.folder} must hold the file {VERILOG}")
        return path

    def has_own_verilog(self) -> bool:
        """Whether the Verilog is the one that hwgen wrote."""
        return _sha256(self.verilog.read_bytes()) == self._digests()[VERILOG]

    def record(self, name: str, document: Any) -> None:
        """Keep a result in the build, as JSON; whatever stops it leaves a build that opens.

        What was found about other Verilog than the build's own is not kept.
        """
        if not self.has_own_verilog():
            return
        content = (json.dumps(document, indent=1) + "\n").encode()
        digests = self._digests()
        digests.pop(name, None)
        self._write_digests(digests)
        with replacing_file(self.folder / name) as place:
            place.write_bytes(content)
        self._write_digests(digests | {name: _sha256(content)})

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
        return load_network(self.folder / "model.onnx")

    def images(self, network: Network) -> DataSet:
        """The images that it is judged by."""
        return data.load(self.folder / "data.npz", network)

    def exploration(self) -> dict[str, Any]:
        """What was chosen among: see :func:`hwgen.report.summary.study_document`."""
        document: dict[str, Any] = json.loads(self._text(EXPLORATION))
        return document

    def _text(self, name: str) -> str:
        return self._bytes(name).decode()

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise DataError(f"build {self.folder} must hold {name}: {error.strerror}") from error

    def _digests(self) -> dict[str, str]:
        digests = json.loads(self._text(MANIFEST)).get("sha256")
        if not isinstance(digests, dict) or not set(FILES) <= set(digests):
            raise DataError(f"build {self.folder} manifest must give the SHA-256 of every file")
        return digests

    def _write_digests(self, digests: dict[str, str]) -> None:
        manifest = json.loads(self._text(MANIFEST)) | {"sha256": dict(sorted(digests.items()))}
        with replacing_file(self.folder / MANIFEST) as place:
            place.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


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
        contents = {
            VERILOG: to_verilog(Accelerator(spec), "accelerator"),
            "program.json": program.to_json(),
            "mapping.json": pick.mapping.to_json(),
            BASELINES["exact"]: found.exact.mapping.to_json(),
            BASELINES["precision"]: alone.mapping.to_json(),
            "spec.toml": spec.to_toml(),
            EXPLORATION: json.dumps(study_document(study, max_drop), indent=1) + "\n",
        }
        files = {name: text.encode() for name, text in contents.items()}
        files |= {"model.onnx": study.model, "data.npz": study.data}
        files |= given.files_of(study.costs)
        for name, content in files.items():
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_bytes(content)
        manifest = {
            "hwgen": KIND,
            "version": hwgen.__version__,
            "max_drop": max_drop,
            "multiplier": spec.multiplier,
            "sha256": {name: _sha256(files[name]) for name in sorted(files)},
        }
        (place / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return Build(Path(output))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
