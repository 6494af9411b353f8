"""The kernels are built where a compiler is, and not missed where none is."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
SOURCES = ("hwgen", "boards", "flows", "rtl_templates", "sim", "pyproject.toml", "README.md")
SOURCES += ("LICENSE",)
COMPILER = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]


def installed_paths(folder, compiler):
    """What the kernels of a fresh installation, built with that compiler, can run."""
    tree, site = folder / "tree", folder / "site"
    tree.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.so")
    for name in SOURCES:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignored)
        else:
            shutil.copy(source, tree / name)
    options = ["--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--no-index"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", site, tree],
        env=os.environ | {"CC": compiler},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    code = "import hwgen.kernels.evolution as k; print(k.__file__); print(*k.paths())"
    where, paths = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert Path(where).is_relative_to(site)
    return paths.split()


@pytest.mark.tool
@pytest.mark.skipif(shutil.which(COMPILER) is None, reason="needs a C compiler")
def test_a_wheel_carries_the_kernels(tmp_path):
    assert installed_paths(tmp_path, COMPILER)[:2] == ["numpy", "portable"]


def test_without_a_compiler_numpy_does_the_work(tmp_path):
    assert installed_paths(tmp_path, "/bin/false") == ["numpy"]
