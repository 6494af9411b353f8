import re
from dataclasses import replace

import pytest

from hwgen import __version__
from hwgen.errors import SpecError
from hwgen.spec.accelerator_file import load_spec
from hwgen.spec.memory_port import WRITE_BURSTS, most_reads
from hwgen.spec.program import DESCRIPTOR_BYTES, IMAGE_ALIGNMENT, digest_word
from hwgen.spec.registers import (
    Access,
    Constant,
    ErrorCode,
    Field,
    Register,
    RegisterMap,
    Window,
    Word,
    accelerator_registers,
    spec_digest,
)
from hwgen.spec.registers.of_spec import register_files


def field(**changes):
    return Field(
        **{"name": "bit", "description": "A bit.", "low": 0, "access": Access.READ_WRITE, **changes}
    )


def register(name="one", offset=0, fields=()):
    return Register(name=name, description="A register.", offset=offset, fields=fields)


def window(**changes):
    words = tuple(Word(name=f"word_{index}", description="A word.") for index in range(3))
    return Window(
        **{
            "name": "view",
            "description": "A window.",
            "offset": 0x80,
            "entries": 5,
            "words": words,
            **changes,
        }
    )


def find(registers, register, name):
    (found,) = (x for r, x in registers.fields() if (r.name, x.name) == (register, name))
    return found


@pytest.mark.parametrize("layers", [1, 8, 9, 4096])
@pytest.mark.parametrize("address_width", [32, 40, 64])
def test_the_map_has_room_for_everything(layers, address_width):
    registers = accelerator_registers(digest=5, layers=layers, address_width=address_width)
    (view,) = registers.windows
    assert view.offset + 32 * layers <= registers.size == 1 << registers.address_width
    widths = [x.width for r, x in registers.fields() if r.name.startswith("descriptor")]
    assert sum(widths) == address_width


def test_the_map_says_who_made_the_accelerator_and_of_what():
    registers = accelerator_registers(digest=spec_digest("rows = 16"), layers=1)
    parts = [find(registers, "version", name).reset for name in ("major", "minor", "patch")]
    assert ".".join(map(str, parts)) == __version__
    assert find(registers, "digest", "value").reset == spec_digest("rows = 16")
    assert spec_digest("rows = 16") != spec_digest("rows = 17")
    assert find(registers, "identification", "value").reset.to_bytes(4) == b"HWGN"


def test_every_error_code_is_documented_and_fits():
    error = find(accelerator_registers(digest=0, layers=1), "status", "error")
    assert {value for value, _ in error.values.values()} == set(ErrorCode)
    assert max(ErrorCode) < 1 << error.width


def test_a_window_is_decoded_in_powers_of_two():
    view = window()
    assert (view.stride_words, view.depth, view.size) == (4, 20, 128)


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (lambda: field(low=30, width=3), "field bit width must be an integer from 1 to 2, not 3"),
        (lambda: field(reset=2), "field bit reset must be an integer from 0 to 1, not 2"),
        (
            lambda: field(name="Bit"),
            "field name must be lower-case words joined by _, not 'Bit'",
        ),
        (
            lambda: field(values={"two": (2, "Too much.")}),
            "field bit two must be an integer from 0 to 1, not 2",
        ),
        (
            lambda: register(fields=(field(), field())),
            "register one fields must have different names, not ['bit', 'bit']",
        ),
        (
            lambda: register(fields=(field(width=4), field(name="other", low=3))),
            "register one fields must not overlap, but other does at bit 3",
        ),
        (
            lambda: RegisterMap(name="map", registers=(register(offset=2),)),
            "one offset must be a multiple of 4, not 0x2",
        ),
        (
            lambda: RegisterMap(name="map", registers=(register(), register("two"))),
            "two at 0x0 must not overlap one",
        ),
        (
            lambda: RegisterMap(name="map", registers=(register(), register(offset=4))),
            "register map map names must differ, not ['one', 'one']",
        ),
        (
            lambda: RegisterMap(name="map", registers=(), windows=(window(offset=64),)),
            "view offset must be a multiple of 128, not 0x40",
        ),
        (
            lambda: accelerator_registers(digest=0, layers=0),
            "register map layers must be an integer from 1 to 4096, not 0",
        ),
        (
            lambda: accelerator_registers(digest=0, layers=1, address_width=20),
            "register map address_width must be an integer from 32 to 64, not 20",
        ),
    ],
)
def test_a_map_that_cannot_be_is_refused(make, refusal):
    with pytest.raises(SpecError) as refused:
        make()
    assert str(refused.value) == refusal


def test_files_say_what_a_driver_needs_of_programs():
    spec = load_spec("16x16")
    files = register_files(spec)
    assert list(files) == ["registers.md", "registers.h"]
    assert files == register_files(replace(spec))
    found = re.findall(r"^#define HWGEN_(\w+) (0x\w+|\d+)u$", files["registers.h"], re.M)
    defined = {name: int(value, 0) for name, value in found}
    wanted = {
        "IMAGE_ALIGNMENT": IMAGE_ALIGNMENT,
        "IMAGE_DIGEST": digest_word(spec),
        "DIGEST_VALUE_RESET": digest_word(spec),
        "DESCRIPTOR_BYTES": DESCRIPTOR_BYTES,
        "ACTIVATION_BYTES": spec.activation_bytes,
        "MEMORY_ADDRESS_WIDTH": spec.address_width,
        "MEMORY_DATA_WIDTH": spec.data_width,
        "MEMORY_READ_BURSTS": most_reads(spec),
        "MEMORY_WRITE_BURSTS": WRITE_BURSTS,
        **{f"STATUS_ERROR_{code.name}": code.value for code in ErrorCode},
    }
    assert {name: defined[name] for name in wanted} == wanted
    for name in (name for name in wanted if name.startswith(("IMAGE", "MEMORY"))):
        row = re.search(rf"^\| {name.lower()} \| (\w+) \|", files["registers.md"], re.M)
        assert int(row[1], 0) == wanted[name]
    other = register_files(replace(spec, outstanding=spec.outstanding + 1))
    assert all(other[name] != text for name, text in files.items())


def test_constants_share_the_names_of_registers():
    one = Constant(name="one", description="A number.", value=1)
    with pytest.raises(SpecError, match="register map map names must differ"):
        RegisterMap(name="map", registers=(register(),), constants=(one,))
    with pytest.raises(SpecError, match="constant one must be an integer from 0 to 4294967295"):
        replace(one, value=1 << 32)
