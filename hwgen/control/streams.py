"""Readers of memory, one per purpose, behind one port."""

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from hwgen.bus.arbiter import AxiReadArbiter
from hwgen.bus.axi import AxiRead
from hwgen.bus.fifo import place_fifo
from hwgen.bus.ports import bus, flat
from hwgen.bus.reader import AxiReader
from hwgen.bus.streams import beat, command
from hwgen.bus.unpacker import BeatUnpacker
from hwgen.control.dispatch import STREAM_BYTES
from hwgen.emission import place
from hwgen.spec.memory_port import BURST_BEATS, read_bursts
from hwgen.spec.program import DESCRIPTOR, DESCRIPTOR_BYTES

__all__ = ["Streams"]


class Streams(wiring.Component):
    """Descriptors, parameters and weights as words, and activations as beats, from memory.

    Bursts under way and their beats are at most those of :mod:`hwgen.spec.memory_port`.

    Parameters
    ----------
    address_width, data_width : int
        Bits; of the bus.
    weight_bits, parameter_bits : int
        Bits of a word of weights, and of a column's parameters.
    weight_words, outstanding : int
        Weight words that have room; bursts of weights under way.

    Members
    -------
    descriptor_run, parameter_run, weight_run, activation_run
        In(stream of :func:`~hwgen.bus.streams.command`).
    descriptor, parameter, weight : Out(stream of ``data`` and ``last``)
    activation : Out(stream of :func:`~hwgen.bus.streams.beat`)
    clear : In(1)
        Forget everything, and what was asked for.
    idle : Out(1)
        Nothing is under way.
    descriptor_error, parameter_error, weight_error, activation_error : Out(1)
        A response was an error: sticky until ``clear``.
    m_axi_ar..., m_axi_r... : ports of :class:`~hwgen.bus.axi.AxiRead`
    """

    READERS = tuple(read_bursts(1))

    def __init__(
        self,
        *,
        address_width,
        data_width,
        weight_bits,
        parameter_bits,
        weight_words,
        outstanding,
    ):
        self.address_width = address_width
        self.data_width = data_width
        self.weight_bits = weight_bits
        self.parameter_bits = parameter_bits
        self.weight_words = weight_words
        self.outstanding = outstanding
        self._words = {
            "descriptor": 8 * DESCRIPTOR_BYTES,
            "parameter": parameter_bits,
            "weight": weight_bits,
        }
        self._lengths = {
            "descriptor": 8,
            "parameter": STREAM_BYTES,
            "weight": STREAM_BYTES,
            "activation": DESCRIPTOR["run_bytes"][0],
        }
        members = {
            f"{name}_run": In(stream.Signature(command(address_width, length)))
            for name, length in self._lengths.items()
        }
        for name, width in self._words.items():
            layout = data.StructLayout({"data": width, "last": 1})
            members[name] = Out(stream.Signature(layout))
        members |= {
            "activation": Out(stream.Signature(beat(data_width))),
            "clear": In(1),
            "idle": Out(1),
            **{f"{name}_error": Out(1) for name in self.READERS},
            **flat("m_axi", self._port),
        }
        super().__init__(members)

    @property
    def _port(self):
        return AxiRead(address_width=self.address_width, data_width=self.data_width, id_width=2)

    def elaborate(self, platform):
        m = Module()
        arbiter = AxiReadArbiter(
            readers=len(self.READERS),
            address_width=self.address_width,
            data_width=self.data_width,
        )
        place(m, platform, "arbiter", arbiter)
        connect(m, flipped(bus(self, "m_axi", self._port)), bus(arbiter, "m_axi", self._port))
        readers = []
        for number, name in enumerate(self.READERS):
            reader = place(
                m, platform, f"{name}_reader", self._reader(name), module=f"axi_reader_{name}s"
            )
            port = AxiRead(address_width=self.address_width, data_width=self.data_width)
            connect(m, bus(reader, "m_axi", port), arbiter.reader_axi[number])
            connect(m, flipped(getattr(self, f"{name}_run")), reader.command)
            m.d.comb += reader.reset.eq(self.clear)
            self._give(m, platform, name, reader)
            readers.append(reader)
        idle = Signal(len(readers))
        for number, (name, reader) in enumerate(zip(self.READERS, readers, strict=True)):
            m.d.comb += [
                idle[number].eq(reader.idle),
                getattr(self, f"{name}_error").eq(reader.error),
            ]
        m.d.comb += self.idle.eq(idle.all())
        return m

    def _reader(self, name):
        fields = {
            "address_width": self.address_width,
            "data_width": self.data_width,
            "length_width": self._lengths[name],
            "max_burst": BURST_BEATS,
            "outstanding": read_bursts(self.outstanding)[name],
        }
        if name == "activation":
            fields |= {"alignment": 1}
        return AxiReader(**fields)

    def _give(self, m, platform, name, reader):
        out = getattr(self, name)
        if name not in self._words:
            connect(m, reader.data, flipped(out))
            return
        unpacker = BeatUnpacker(data_width=self.data_width, word_width=self._words[name])
        place(m, platform, f"{name}_words", unpacker, module=f"unpacker_of_{name}s")
        connect(m, reader.data, unpacker.i)
        m.d.comb += unpacker.clear.eq(self.clear)
        if name == "weight":
            self._queue(m, platform, unpacker.o, out)
        else:
            connect(m, unpacker.o, flipped(out))

    def _queue(self, m, platform, words, out):
        """Whole words wait, so that a block's follow each other when its turn comes."""
        queue = place_fifo(
            m, platform, "queue", width=self.weight_bits + 1, depth=self.weight_words
        )
        m.d.comb += [
            queue.clear.eq(self.clear),
            queue.i.valid.eq(words.valid),
            queue.i.payload.eq(words.payload.as_value()),
            words.ready.eq(queue.i.ready),
            out.valid.eq(queue.o.valid),
            out.payload.eq(queue.o.payload),
            queue.o.ready.eq(out.ready),
        ]
