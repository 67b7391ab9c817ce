"""A good chunk on the wire and a random source in; a broken, lying or malicious one out."""

import random
from collections.abc import Callable, Sequence

from bench.fuzz.bombs import BOMBS
from schemas.audio import CONTENT_TYPES, MAX_CHUNK_BYTES
from schemas.wire import Headers

Wire = tuple[Headers, bytes]
Mutation = Callable[[random.Random, Wire, Sequence[bytes]], Wire]
NUMBERS = (b"0", b"-1", b"1", b"60001", b"9999999999999999", b"99999999999999999999", b"1e3", b"", b"\xff\xfe", b"NaN")


BOMB_SHARE = 0.1
"""So every hundredth chunk is one."""


def truncated(source: random.Random, wire: Wire, _: Sequence[bytes]) -> Wire:
    return wire[0], wire[1][: source.randrange(len(wire[1]) + 1)]


def flipped(source: random.Random, wire: Wire, _: Sequence[bytes]) -> Wire:
    """One to 64 bits, half of the time near the beginning, where the headers are."""
    data = bytearray(wire[1])
    for _n in range(source.choice((1, 1, 4, 64)) if data else 0):
        at = source.randrange(min(len(data), 64) if source.random() < 0.5 else len(data))
        data[at] ^= 1 << source.randrange(8)
    return wire[0], bytes(data)


def spliced(source: random.Random, wire: Wire, others: Sequence[bytes]) -> Wire:
    """A piece of another stream, of any codec, in the place of some bytes."""
    other, at = source.choice(others), source.randrange(len(wire[1]) + 1)
    begin = source.randrange(len(other))
    return wire[0], (wire[1][:at] + other[begin : begin + source.randrange(1, 4_000)] + wire[1][at:])[:MAX_CHUNK_BYTES]


def other_codec(source: random.Random, wire: Wire, others: Sequence[bytes]) -> Wire:
    """Whole streams of something else under the same content type."""
    return wire[0], source.choice(others)[:MAX_CHUNK_BYTES]


def bomb(source: random.Random, wire: Wire, others: Sequence[bytes]) -> Wire:
    """Mostly a truncation: a bomb costs as much time as a hundred other chunks."""
    if source.random() > BOMB_SHARE:
        return truncated(source, wire, others)
    return wire[0], source.choice(BOMBS)


def noise(source: random.Random, wire: Wire, _: Sequence[bytes]) -> Wire:
    return wire[0], source.randbytes(source.choice((0, 1, 3, 1_000, 20_000)))


def huge(source: random.Random, wire: Wire, _: Sequence[bytes]) -> Wire:
    """A little more than is taken."""
    return wire[0], (wire[1] or b"x") * (MAX_CHUNK_BYTES // max(1, len(wire[1])) + 1) if source.random() < 0.2 else b""


def lying(source: random.Random, wire: Wire, _: Sequence[bytes]) -> Wire:
    """A header with another value, without one, twice or not at all."""
    headers = list(wire[0])
    at = source.randrange(len(headers))
    name = headers[at][0]
    if source.random() < 0.2:
        del headers[at]
    elif name == "content-type":
        headers[at] = (name, source.choice((*CONTENT_TYPES, "audio/L16;rate=1", "text/html", "")).encode())
    else:
        headers[at] = (name, source.choice((*NUMBERS, source.randbytes(9), b"x" * 5_000)))
    return tuple(headers), wire[1]


MUTATIONS: tuple[Mutation, ...] = (truncated, flipped, flipped, spliced, spliced, other_codec, lying, noise, huge, bomb)
"""Those that decoders take deepest come twice."""


def mutated(source: random.Random, wire: Wire, others: Sequence[bytes]) -> Wire:
    return source.choice(MUTATIONS)(source, wire, others)
