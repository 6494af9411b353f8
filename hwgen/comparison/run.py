"""The folder of a comparison: what is kept between starts, and what is written at the end."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hwgen.comparison.document import document, picture
from hwgen.comparison.plan import Plan
from hwgen.comparison.plots import growth_plot
from hwgen.errors import OutputError
from hwgen.output import MANIFEST, folder_kind, replacing_file
from hwgen.report.drawing import on_white
from hwgen.report.search_plots import fronts

__all__ = ["KIND", "Workplace"]

KIND = "comparison"
_ARRAYS = "arrays.json"


class Workplace:
    """A folder that a comparison works in, made or gone on with.

    Parameters
    ----------
    folder : Path
    plan : Plan

    Raises
    ------
    OutputError
        The folder holds something else, or a comparison by another plan.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"output {folder} must be a folder, but it is a file")
        if not folder.parent.is_dir():
            raise OutputError(f"output {folder} must lie in a folder that exists")
        if folder.is_dir() and any(folder.iterdir()):
            self._check(plan)
            return
        folder.mkdir(exist_ok=True)
        manifest = {"hwgen": KIND, "plan": plan.digest}
        _write(folder / MANIFEST, json.dumps(manifest) + "\n")

    def study(self, name: str) -> Path:
        """Where the study of that name is."""
        return self.folder / f"{name}.study"

    def known_array(self, key: str) -> Mapping[str, Any] | None:
        """Array energy that was kept before."""
        found: Mapping[str, Any] | None = self._arrays().get(key)
        return found

    def keep_array(self, key: str, energy: Mapping[str, float]) -> None:
        """Keep an array energy for the next start."""
        known = self._arrays() | {key: dict(energy)}
        _write(self.folder / _ARRAYS, json.dumps(known, indent=1) + "\n")

    def write(self, results: Mapping[str, Any]) -> list[Path]:
        """Write what the comparison says: figures, document, pictures. Returns the files."""
        texts = {"results.json": json.dumps(results, indent=1) + "\n"}
        for name, study in results["studies"].items():
            figures = {"methods": {x: y["front"] for x, y in study["methods"].items()}}
            deepest = max(results["limits"])
            texts[picture(name, "fronts")] = on_white(fronts(figures, deepest))
            grown = growth_plot(study["methods"], results["default"], study["full_cost"])
            texts[picture(name, "growth")] = on_white(grown)
        texts["results.md"] = document(results)
        for file, text in texts.items():
            _write(self.folder / file, text)
        return [self.folder / file for file in texts]

    def _arrays(self) -> dict[str, Any]:
        path = self.folder / _ARRAYS
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise OutputError(f"output {path} must be JSON: remove it, {error}") from error
        return found

    def _check(self, plan: Plan) -> None:
        if folder_kind(self.folder) != KIND:
            raise OutputError(
                f"output folder {self.folder} must be new, empty or a comparison made by hwgen, "
                "but it holds other files"
            )
        manifest = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest.get("plan") != plan.digest:
            raise OutputError(
                f"output folder {self.folder} must be a comparison by the same plan, "
                "but studies, models or budgets were others: give another folder"
            )


def _write(path: Path, text: str) -> None:
    with replacing_file(path) as place:
        place.write_text(text, encoding="utf-8")
