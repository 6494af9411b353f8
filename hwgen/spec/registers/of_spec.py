"""The register map of an accelerator, and the files that describe it to a driver's author."""

from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.memory_port import BURST_BEATS, WRITE_BURSTS, most_reads, read_bursts
from hwgen.spec.program import DESCRIPTOR_BYTES, IMAGE_ALIGNMENT, digest_word
from hwgen.spec.registers.accelerator import accelerator_registers
from hwgen.spec.registers.document import registers_document
from hwgen.spec.registers.header import registers_header
from hwgen.spec.registers.model import Constant, RegisterMap

__all__ = ["register_files", "registers_of"]


def registers_of(spec: AcceleratorSpec) -> RegisterMap:
    """Registers of the accelerator of ``spec``."""
    return accelerator_registers(
        digest=digest_word(spec),
        layers=spec.layer_counters,
        address_width=spec.address_width,
        constants=_constants(spec),
        use=_use(spec),
    )


def register_files(spec: AcceleratorSpec) -> dict[str, str]:
    """Texts of the register map's document and C header, by file name.

    Equal specs give equal texts.
    """
    registers = registers_of(spec)
    return {
        "registers.md": registers_document(registers),
        "registers.h": registers_header(registers),
    }


def _constants(spec: AcceleratorSpec) -> tuple[Constant, ...]:
    given = {
        "image_alignment": (
            "The base of a program's image is a multiple of so many bytes.",
            IMAGE_ALIGNMENT,
        ),
        "image_digest": (
            "First word of an image, and of each of its descriptors: equals DIGEST.",
            digest_word(spec),
        ),
        "descriptor_bytes": ("Bytes of a descriptor.", DESCRIPTOR_BYTES),
        "activation_bytes": ("Bytes of the activation memory.", spec.activation_bytes),
        "memory_address_width": ("Bits of an address of the memory port.", spec.address_width),
        "memory_data_width": ("Bits of a beat of the memory port.", spec.data_width),
        "memory_burst_beats": ("Beats of its bursts at most.", BURST_BEATS),
        "memory_read_bursts": ("Read bursts under way at most.", most_reads(spec)),
        "memory_write_bursts": ("Write bursts under way at most.", WRITE_BURSTS),
    }
    return tuple(
        Constant(name=name, description=description, value=value)
        for name, (description, value) in given.items()
    )


def _use(spec: AcceleratorSpec) -> str:
    readers = read_bursts(spec.outstanding)
    ids = "; ".join(
        f"{number} {name}s, at most {limit}" for number, (name, limit) in enumerate(readers.items())
    )
    return f"""## Use

1. Compare DIGEST with HWGEN_IMAGE_DIGEST, and with the first word of the program's image.
2. Write the image to memory, from an address on that is a multiple of {IMAGE_ALIGNMENT} (the base);
   behind it the program needs room up to its `memory_bytes`. Write the input's codes to the base
   plus the input's offset, as the program's file says.
3. Write the base to DESCRIPTOR_LOW and, where addresses have more than 32 bits, DESCRIPTOR_HIGH.
4. Write 1 to start in CONTROL, together with interrupt_enable if wanted.
5. Await the interrupt, or poll STATUS until done or error is not 0.
6. After done, read the result at the base plus the output's offset. After an error, ERROR and
   POSITION tell what went wrong and where; whatever was being stored is undefined.
7. Write 1 to done, or to a bit of error, to acknowledge: the interrupt ends. The next start clears
   both, too; it needs no reset, also after an error.

The image and the input are only read. Weights, parameters and descriptors may be changed while
busy is 0. The wires `clk` and `rst` (synchronous, 1 resets) are those of both ports; whoever
resets the accelerator in the middle of a transfer resets what it is connected to as well, whereas
reset in CONTROL ends transfers by the rules of AXI.

## Memory port

AXI4, {spec.data_width} bits, addresses of {spec.address_width} bits. Incrementing bursts of whole
beats, at most {BURST_BEATS}; none crosses a multiple of 4096 bytes. ARID says who reads, each with
its limit of bursts under way: {ids}. Each has room for what it asked for, so RREADY and BREADY are
always 1, and answers to different IDs may come in any order. Writes have ID 0, at most
{WRITE_BURSTS} bursts without a response; byte strobes leave neighbours of a line alone.
A memory that never answers stalls the accelerator for ever: nothing else does."""
