import pytest

from hwgen.errors import ToolError
from hwgen.flow.data import ROOMS, data_path


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_found(room):
    assert data_path(room).is_dir()


def test_another_room_is_refused():
    with pytest.raises(
        ToolError,
        match=r"^data room must be one of boards, flows, rtl_templates, sim, not 'docs'$",
    ):
        data_path("docs/index.md")


def test_a_missing_file_is_named():
    root = data_path("flows").parent
    with pytest.raises(
        ToolError,
        match=rf"^data file flows/none is missing from this installation of hwgen \({root}\)$",
    ):
        data_path("flows/none")
