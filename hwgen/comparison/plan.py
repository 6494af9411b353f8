"""The plan of a comparison: a TOML file that says what is compared, and with how much work.

It names models; where their files are is said on the command line. ::

    title = "Methods on CIFAR-10"

    [search]
    budget = 600                       # questions of each method
    images = 2000                      # calibration images to search with
    seed = 0
    limits = [0.6, 1.0, 4.0]           # percent points, at which points are picked
    default = "hwgen"                  # the method that the others are compared with

    [models.resnet8]
    title = "ResNet-8"
    preprocess = "divide = 128, mean = 1, std = 1"

    [[studies]]
    name = "resnet8"
    model = "resnet8"
    arch = "16x16"                     # preset, or a file beside the plan
    methods = ["random", "hwgen"]      # precision always runs with them
    ablation = true

    [[published]]
    work = "MAx-DNN, ResNet-8"
    theirs = "54 % of multiplier energy"
    study = "resnet8"
    limit = 4.0
    energy = "convolutions"            # or total, or array
    goal = 85.0                        # percent saved
    method = "maxdnn-filter"           # our reproduction of it
"""

import dataclasses
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hwgen.errors import SpecError, check_choice, check_range
from hwgen.files import read_text

__all__ = ["ENERGIES", "Model", "Plan", "PlannedStudy", "Published", "Search"]

Part = TypeVar("Part")
ENERGIES = ("total", "convolutions", "array")


@dataclass(frozen=True, kw_only=True)
class Search:
    """What all studies share; see the module."""

    budget: int
    images: int = 2000
    seed: int = 0
    limits: tuple[float, ...] = (0.6, 1.0, 4.0)
    default: str = "hwgen"

    def __post_init__(self) -> None:
        check_range("search", "budget", self.budget, 1, 1 << 24)
        check_range("search", "images", self.images, 1, 1 << 24)
        check_range("search", "seed", self.seed, 0, (1 << 32) - 1)
        _check_text("search", self, ("default",))
        for limit in self.limits:
            _check_number("search limits", limit, 0, 100)
        if not self.limits:
            raise SpecError("search limits must be at least one number, not 0")


@dataclass(frozen=True, kw_only=True)
class Model:
    """A network by the name that the command line knows it by."""

    title: str
    preprocess: str | None = None

    def __post_init__(self) -> None:
        _check_text("model", self, ("title", "preprocess"))


@dataclass(frozen=True, kw_only=True)
class PlannedStudy:
    """One problem: a model on a hardware form, and the methods that search it.

    ``corrections`` is replaced in turn where ``ablation`` is true, see
    :mod:`hwgen.comparison.ablation`. ``arrays`` names methods whose picked points have their
    array energy measured, which takes the synthesis of an accelerator each; by default precision
    and the plan's default method.
    """

    name: str
    model: str
    methods: tuple[str, ...]
    title: str = ""
    arch: str = "16x16"
    tiles: int | None = None
    multipliers: tuple[str, ...] | None = None
    budget: int | None = None
    query: str = ""
    ablation: bool = False
    arrays: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        _check_text("study", self, ("name", "model", "title", "arch", "query"))
        if not self.name or not all(x.isalnum() or x in "-_" for x in self.name):
            raise SpecError(f"study name must be of letters, digits, - and _, not {self.name!r}")
        if not self.methods:
            raise SpecError(f"study {self.name} must have at least one method, not 0")
        if self.budget is not None:
            check_range(f"study {self.name}", "budget", self.budget, 1, 1 << 24)
        if self.tiles is not None:
            check_range(f"study {self.name}", "tiles", self.tiles, 2, 8)


@dataclass(frozen=True, kw_only=True)
class Published:
    """A published figure, and which of ours stands beside it."""

    work: str
    theirs: str
    study: str
    limit: float
    energy: str = "total"
    goal: float | None = None
    method: str = ""

    def __post_init__(self) -> None:
        _check_text("published", self, ("work", "theirs", "study", "method"))
        check_choice(f"published {self.work}", "energy", self.energy, ENERGIES)
        _check_number(f"published {self.work} limit", self.limit, 0, 100)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A whole comparison. Raises :exc:`SpecError` where its parts do not fit together."""

    title: str
    search: Search
    models: Mapping[str, Model]
    studies: tuple[PlannedStudy, ...]
    published: tuple[Published, ...] = ()

    def __post_init__(self) -> None:
        names = [study.name for study in self.studies]
        for name in names:
            if names.count(name) > 1:
                raise SpecError(f"plan must name each study once, but {name} is there twice")
        for study in self.studies:
            check_choice(f"study {study.name}", "model", study.model, self.models)
        for figure in self.published:
            check_choice(f"published {figure.work}", "study", figure.study, names)
            check_choice(f"published {figure.work}", "limit", figure.limit, self.search.limits)

    @property
    def digest(self) -> str:
        """SHA-256 of what decides the searches; words may be changed while they run."""
        studies = [
            dataclasses.asdict(x) | {"title": "", "methods": (), "arrays": ()} for x in self.studies
        ]
        models = {name: x.preprocess for name, x in self.models.items()}
        search = dataclasses.asdict(self.search) | {"limits": (), "default": ""}
        text = json.dumps([search, models, studies], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def read(cls, path: Path) -> "Plan":
        """Read a plan. Files that it names are looked for from its folder on."""
        try:
            document = tomllib.loads(read_text(path, "plan", SpecError))
        except tomllib.TOMLDecodeError as error:
            raise SpecError(f"plan {path} is not TOML: {error}") from error
        try:
            return cls._of(document, path.parent)
        except SpecError as error:
            raise SpecError(f"plan {path}: {error}") from error

    @classmethod
    def _of(cls, document: dict[str, Any], folder: Path) -> "Plan":
        fields = dict(document)
        fields["search"] = _part(Search, "search", fields.get("search"))
        fields["models"] = {
            name: _part(Model, f"models.{name}", x)
            for name, x in _table("models", fields.get("models")).items()
        }
        for name, kind in (("studies", PlannedStudy), ("published", Published)):
            rows = fields.get(name, [])
            if not isinstance(rows, list):
                raise SpecError(f"{name} must be tables [[{name}]], not {rows!r:.80}")
            fields[name] = tuple(_part(kind, f"{name} {i}", x) for i, x in enumerate(rows, 1))
        fields["studies"] = tuple(
            dataclasses.replace(x, arch=str(folder / x.arch)) if x.arch.endswith(".toml") else x
            for x in fields["studies"]
        )
        return _part(cls, "plan", fields)


def _part(kind: type[Part], subject: str, value: Any) -> Part:
    """A dataclass of a table; lists become tuples, other keys are refused."""
    table = _table(subject, value)
    known = {x.name: x for x in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for name in table:
        if name not in known:
            raise SpecError(f"{subject} has the unknown key {name}; known: {', '.join(known)}")
    for name, field in known.items():
        if field.default is dataclasses.MISSING and name not in table:
            raise SpecError(f"{subject} lacks the key {name}")
    return kind(**{x: tuple(y) if isinstance(y, list) else y for x, y in table.items()})


def _table(subject: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SpecError(f"{subject} must be a table, not {value!r:.80}")
    return value


def _check_text(subject: str, part: object, names: tuple[str, ...]) -> None:
    for name in names:
        value = getattr(part, name)
        if value is not None and not isinstance(value, str):
            raise SpecError(f"{subject} {name} must be a text, not {value!r:.80}")


def _check_number(subject: str, value: Any, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise SpecError(f"{subject} must be a number from {low} to {high}, not {value!r}")
