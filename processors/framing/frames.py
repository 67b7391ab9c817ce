"""MP3 and ADTS in, their frames out: formats in which every frame says how long it is.

Sources: ISO/IEC 11172-3 and 13818-3 (MPEG audio header, layer III), ISO/IEC 13818-7 (adts_fixed_header).
"""

from abc import abstractmethod

from processors.framing.base import Atom, Framer

MP3_KBIT = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By version (2.5 as 2), layer III; free format (0) has no length in its header."""
MP3_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""By the header's two bits: 3 is version 1, 2 is version 2, 0 is version 2.5."""
ADTS_HZ = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)
ADTS_SAMPLES = 1024
ID3_HEADER = 10


class FrameFramer(Framer):
    """Frames behind a sync of 0xFF; a tag (ID3v2) and whatever else lies between has no time."""

    header_bytes: int

    def next_atom(self) -> Atom | None:
        if self.buffer.startswith(b"ID3"):
            return self._tag()
        if len(self.buffer) < self.header_bytes:
            return None
        size, lasts_ms = self.frame(self.buffer)
        if not size:
            return self.until(self._next_sync())
        return self.atom(size, lasts_ms) if len(self.buffer) >= size else None

    @abstractmethod
    def frame(self, header: bytearray) -> tuple[int, float]:
        """Bytes and ms of the frame that begins here; no bytes where none does."""

    def _tag(self) -> Atom | None:
        if len(self.buffer) < ID3_HEADER:
            return None
        self.passing = sum(
            (byte & 0x7F) << shift for byte, shift in zip(self.buffer[6:10], (21, 14, 7, 0), strict=True)
        )
        return self.atom(ID3_HEADER)

    def _next_sync(self) -> int:
        """Where a frame or a tag may begin behind the first byte; else the end. No further is searched than need be."""
        sync = self.buffer.find(b"\xff", 1)
        end = sync if sync > 0 else len(self.buffer)
        tag = self.buffer.find(b"ID3", 1, end)
        return tag if tag > 0 else end


class Mp3Framer(FrameFramer):
    header_bytes = 4

    def frame(self, header: bytearray) -> tuple[int, float]:
        version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
        bits, hz = header[2] >> 4, header[2] >> 2 & 3
        if header[0] != 0xFF or header[1] < 0xE0 or layer != 1 or version == 1 or bits in (0, 15) or hz == 3:
            return 0, 0.0
        rate_hz, samples = MP3_HZ[version][hz], 1152 if version == 3 else 576
        bit_s = MP3_KBIT[1 if version == 3 else 2][bits] * 1000
        return samples // 8 * bit_s // rate_hz + (header[2] >> 1 & 1), samples * 1000 / rate_hz


class AdtsFramer(FrameFramer):
    header_bytes = 7

    def frame(self, header: bytearray) -> tuple[int, float]:
        hz = header[2] >> 2 & 15
        size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
        if header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or hz >= len(ADTS_HZ) or size < self.header_bytes:
            return 0, 0.0
        return size, ADTS_SAMPLES * ((header[6] & 3) + 1) * 1000 / ADTS_HZ[hz]
