"""Nothing in; small chunks that claim to hold more than a machine has, in each format that can, out.

Layouts: RFC 9639 (FLAC), RFC 3533 and 7845 (Opus in Ogg), RIFF WAVE, RFC 8794 (EBML).
"""

import struct

from schemas.audio import MAX_CHUNK_BYTES

CONSTANT_FRAME = bytes.fromhex("fff87b0800ffffee00000000")
"""65,536 silent samples in a dozen bytes; its checksums do not fit, which decoders mostly overlook."""


def flac_claims(rate_hz: int = 1, channels: int = 8) -> bytes:
    """A header that states 65,535 samples a block, a rate of `rate_hz` and 2^36-1 samples."""
    bits = rate_hz << 44 | (channels - 1) << 41 | 31 << 36 | (1 << 36) - 1
    info = struct.pack(">HH3s3s", 65_535, 65_535, b"\0" * 3, b"\xff" * 3) + bits.to_bytes(8, "big") + bytes(16)
    return b"fLaC\x80" + len(info).to_bytes(3, "big") + info + CONSTANT_FRAME * 2_000


def opus_claims(channels: int = 255) -> bytes:
    """An identification header of 255 channels with the longest pre-skip, and tags that never end."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, channels, 65_535, 4_294_967_295, 32_767, 255) + b"\1\1"
    return _page(0, 2, head) + _page(0, 0, b"OpusTags" + struct.pack("<II", 4_294_967_295, 4_294_967_295))


def opus_of_hours() -> bytes:
    """Valid headers, then one-byte packets of 60 ms each, 255 a page, whose clock jumps almost five minutes a page."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48_000, 0, 0)
    pages = [_page(0, 2, head), _page(0, 0, b"OpusTags" + struct.pack("<II", 0, 0))]
    pages += [_page(number * 299 * 48_000, 0, b"\x18" * 255, [1] * 255) for number in range(300)]
    return b"".join(pages)[:MAX_CHUNK_BYTES]


def wav_claims() -> bytes:
    """One sample a second, four gigabytes to come."""
    fmt = struct.pack("<HHIIHH", 1, 1, 1, 1, 1, 8)
    return b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", 16) + fmt + b"data\xff\xff\xff\xff" + bytes(60_000)


def webm_claims() -> bytes:
    """Elements that state the largest size there is, one in the other."""
    return bytes.fromhex("1a45dfa301fffffffffffffe18538067") + b"\x01\xff\xff\xff\xff\xff\xff\xfe" * 500


def _page(granule: int, kind: int, body: bytes, segments: list[int] | None = None) -> bytes:
    lacing = bytes(segments or [255] * (len(body) // 255) + [len(body) % 255])
    head = b"OggS\0" + bytes([kind]) + granule.to_bytes(8, "little") + b"fuzz" + bytes(4)
    whole = head + bytes(4) + bytes([len(lacing)]) + lacing + body
    return whole[:22] + _crc(whole).to_bytes(4, "little") + whole[26:]


def _crc(data: bytes) -> int:
    """The checksum of a page (RFC 3533, section 6): polynomial 0x04c11db7, no reflection."""
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


BOMBS = (flac_claims(), flac_claims(655_350, 1), opus_claims(), opus_of_hours(), wav_claims(), webm_claims())
