"""Pages about studies and builds."""

import json
from pathlib import Path
from typing import Any

from hwgen.api.common import PathLike, build_of
from hwgen.build import Build
from hwgen.errors import DataError, OutputError
from hwgen.mapping.study.study import Study
from hwgen.output import replacing_file
from hwgen.report.page import page as html
from hwgen.report.summary import build_document, study_document

__all__ = ["report"]


def report(source: Study | Build | PathLike, output: PathLike) -> dict[str, Any]:
    """Write a self-contained HTML page, and the same figures as JSON beside it.

    Parameters
    ----------
    source : Study, Build or path
        A build's report also holds what simulation and synthesis found.
    output : path
        The page, ``.html``; the JSON file differs in its ending only.

    Returns
    -------
    dict
        The figures.
    """
    page, figures = Path(output), Path(output).with_suffix(".json")
    if page.suffix != ".html":
        raise OutputError(f"report must be a file that ends in .html, not {page.name}")
    if figures.exists() and not _is_report(figures):
        raise OutputError(f"report {page} needs {figures} too, but that is no report of hwgen")
    with replacing_file(page) as page_place, replacing_file(figures) as figures_place:
        document = _document(source)
        page_place.write_text(html(document), encoding="utf-8")
        figures_place.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return document


def _document(source: Study | Build | PathLike) -> dict[str, Any]:
    if isinstance(source, Study):
        return study_document(source)
    if isinstance(source, Build) or Path(source).is_dir():
        opened = build_of(source)
        if not opened.has_own_verilog():
            raise DataError(
                f"build {opened.folder} must hold the Verilog that its results are about, "
                f"but {opened.verilog.name} is not as hwgen wrote it"
            )
        if not opened.baselines():
            raise DataError(
                f"build {opened.folder} must be that of a study for a report, "
                "not of a mapping that was given"
            )
        return build_document(opened.folder)
    return study_document(Study.open(source))


def _is_report(path: Path) -> bool:
    try:
        return "hwgen_report" in json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False
