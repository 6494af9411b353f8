"""A build: the folder with everything that one mapping becomes.

``accelerator.v``, ``program.json``, its image ``program.bin``, ``mapping.json`` and ``spec.toml``
are what hardware and driver need, with ``registers.md`` and ``registers.h`` for whoever writes
the driver; the model and its images are what it is judged by; ``multipliers`` holds the netlists
that are not of the catalogue. The build of a study also has the mappings of the baselines, and
``exploration.json``, which says what was chosen among. ``manifest.json`` holds the digests of
all. Simulation and synthesis leave ``simulation.json`` and ``synthesis.json`` beside them.
"""

import dataclasses
import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hwgen
from hwgen.accelerator import Accelerator
from hwgen.arith.catalogue import given
from hwgen.compiler.compile import compile_network
from hwgen.compiler.program import Program
from hwgen.errors import DataError
from hwgen.files import check_file
from hwgen.mapping.study.parts import model_name
from hwgen.mapping.study.study import KEPT, PRECISION, Study
from hwgen.network.graph import Network
from hwgen.network.load import load as load_network
from hwgen.npz import open_npz
from hwgen.output import MANIFEST, folder_kind, replacing_file, replacing_folder
from hwgen.report.summary import EXPLORATION, study_document
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.accelerator_file import parse_spec
from hwgen.spec.mapping import Mapping
from hwgen.spec.registers.of_spec import register_files
from hwgen.verilog import to_verilog

__all__ = ["KIND", "TOP", "Build", "generate", "generate_mapping"]

KIND = "build"
VERILOG = "accelerator.v"
TOP = "accelerator"
BASELINES = {"exact": "mapping_exact.json", "precision": "mapping_precision.json"}
IMAGES = "images.npz"  # that it is judged by, as codes
OPERANDS = "operands.npz"  # of a study: images that energies are drawn from, as codes
OPERAND_IMAGES = 256
_MODEL = "model"
RESULTS = ("simulation.json", "synthesis.json")  # made again when they are gone
FILES = (
    VERILOG,
    "program.json",
    "program.bin",
    "mapping.json",
    "spec.toml",
    "registers.md",
    "registers.h",
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
        gone = [name for name in RESULTS if not (build.folder / name).exists()]
        files = {name: build._bytes(name) for name in digests if name not in (VERILOG, *gone)}
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
        return parse_spec(self._text("spec.toml"), f"spec of build {self.folder}")

    def mapping(self) -> Mapping:
        """What the program executes."""
        return Mapping.read(self.folder / "mapping.json")

    def baselines(self) -> dict[str, Mapping]:
        """What it is compared with: the exact mapping, and the best of precision alone.

        None, where the mapping was given and not searched for.
        """
        found = {role: name for role, name in BASELINES.items() if name in self._digests()}
        return {role: Mapping.read(self.folder / name) for role, name in found.items()}

    def program(self) -> Program:
        """What the accelerator executes."""
        return Program.from_json(self._text("program.json"), f"program of build {self.folder}")

    def network(self) -> Network:
        """The network that was mapped."""
        return load_network(self.folder / next(x for x in self._digests() if _is_model(x)))

    def images(self) -> NDArray[np.uint8]:
        """The images that it is judged by, as codes: ``[N, H, W, C]``."""
        return self._images(IMAGES)

    def operand_images(self) -> NDArray[np.uint8]:
        """The images whose operands its energy is measured with.

        Some that a study was calibrated with; else, those that it is judged by.
        """
        return self._images(OPERANDS if OPERANDS in self._digests() else IMAGES)

    def exploration(self) -> dict[str, Any]:
        """What was chosen among: see :func:`hwgen.report.summary.study_document`."""
        document: dict[str, Any] = json.loads(self._text(EXPLORATION))
        return document

    def _images(self, name: str) -> NDArray[np.uint8]:
        with open_npz(self.folder / name, "images", DataError) as archive:
            return np.asarray(archive["images"])

    def _text(self, name: str) -> str:
        return self._bytes(name).decode()

    def _bytes(self, name: str) -> bytes:
        path = self.folder / name
        if path.exists():
            check_file(path, "build file", DataError)
        try:
            return path.read_bytes()
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


def generate(
    study: Study, output: str | os.PathLike[str], *, max_drop: float, method: str | None = None
) -> Build:
    """Write the build of the cheapest point of a study, or of one method, within ``max_drop``.

    Equal studies give equal bytes. Raises :exc:`SpecError` when the program does not fit the
    accelerator.
    """
    pick, alone = study.pick(max_drop, method), study.pick(max_drop, PRECISION)
    texts = {
        BASELINES["exact"]: study.exact.mapping.to_json(),
        BASELINES["precision"]: alone.mapping.to_json(),
        EXPLORATION: json.dumps(study_document(study, max_drop, method), indent=1) + "\n",
    }
    parts, tested = study.parts, study.test_images.images
    files = {name: text.encode() for name, text in texts.items()}
    files |= {model_name(parts.model): parts.model, **parts.netlists}
    files[IMAGES] = _npz(tested if len(tested) else parts.images[:KEPT])
    files[OPERANDS] = _npz(parts.images[:OPERAND_IMAGES])
    facts = {"max_drop": max_drop}
    return _write(study.network, pick.mapping, study.hardware(pick), files, output, facts)


def generate_mapping(
    model: str | os.PathLike[str],
    mapping: Mapping,
    spec: AcceleratorSpec,
    images: NDArray[np.uint8],
    output: str | os.PathLike[str],
) -> Build:
    """Write the build of a mapping for a network and an accelerator.

    Parameters
    ----------
    model : path
        Quantized network: ONNX or TFLite.
    mapping : Mapping
    spec : AcceleratorSpec
    images : uint8[N, H, W, C]
        Codes of the images that the build is judged by.
    output : path

    Raises
    ------
    SpecError
        The accelerator cannot execute the mapping, or its program does not fit.
    """
    network, content = load_network(Path(model)), Path(model).read_bytes()
    files = {model_name(content): content, IMAGES: _npz(images)}
    return _write(network, mapping, spec, files, output, {})


def _write(
    network: Network,
    mapping: Mapping,
    spec: AcceleratorSpec,
    files: dict[str, bytes],
    output: str | os.PathLike[str],
    facts: dict[str, Any],
) -> Build:
    program = compile_network(network, mapping, spec)
    with replacing_folder(output, KIND) as place:
        texts = {
            VERILOG: to_verilog(Accelerator(spec), TOP),
            "program.json": program.to_json(),
            "mapping.json": mapping.to_json(),
            "spec.toml": spec.to_toml(),
            **register_files(spec),
        }
        files = files | {name: text.encode() for name, text in texts.items()}
        files |= {"program.bin": program.image, **given.files_of(spec.multipliers)}
        for name, content in files.items():
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_bytes(content)
        manifest = {
            "hwgen": KIND,
            "version": hwgen.__version__,
            **facts,
            "multipliers": list(spec.multipliers),
            "sha256": {name: _sha256(files[name]) for name in sorted(files)},
        }
        (place / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return Build(Path(output))


def _npz(images: NDArray[np.uint8]) -> bytes:
    content = io.BytesIO()
    np.savez(content, images=images)
    return content.getvalue()


def _is_model(name: str) -> bool:
    return name.startswith(f"{_MODEL}.")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
