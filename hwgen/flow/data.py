"""Finding the data rooms: beside the package in a checkout, inside it when installed."""

from pathlib import Path

from hwgen.errors import ToolError

__all__ = ["ROOMS", "data_path"]

ROOMS = ("boards", "flows", "rtl_templates", "sim")

_PACKAGE = Path(__file__).resolve().parents[1]


def data_path(name: str) -> Path:
    """Path of a file or folder of a data room, such as ``flows/asic/generic.lib``.

    ``data_path("sim").parent`` is the folder from which a simulator imports ``sim.*``.
    """
    room = name.split("/")[0]
    if room not in ROOMS:
        raise ToolError(f"data room must be one of {', '.join(ROOMS)}, not {room!r}")
    installed = _PACKAGE / "_data"  # the wheel's copy; a checkout has none
    root = installed if installed.is_dir() else _PACKAGE.parent
    path = root / name
    if not path.exists():
        raise ToolError(f"data file {name} is missing from this installation of hwgen ({root})")
    return path
