"""An object's bytes and its room's key in, sealed bytes out, and back; any stretch of it can be opened by itself.

AES-256-GCM in blocks of 64 KiB. Each object has a key of its own, derived (HKDF-SHA256, RFC 5869) from the room's key,
a random salt and the object's place in the store: so block numbers can be nonces, and an object that was moved does not
open. The last block's nonce differs from what it would be in the middle: nor does an object that was cut off.
Reasons and limits: docs/decisions/0017.
"""

from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas.errors import Malformed

MAGIC = b"EWS1"
KEY_BYTES = 32
KEY_ID_BYTES = 16
SALT_BYTES = 32
HEADER_BYTES = len(MAGIC) + KEY_ID_BYTES + SALT_BYTES
BLOCK_BYTES = 64 * 1024
_TAG_BYTES = 16
SEALED_BLOCK_BYTES = BLOCK_BYTES + _TAG_BYTES


def header(key_id: str, salt: bytes) -> bytes:
    """What a sealed object begins with; `key_id` is hex, `salt` is SALT_BYTES random bytes, new for each object."""
    return MAGIC + bytes.fromhex(key_id) + salt


def key_id_of(head: bytes) -> str | None:
    """The id (hex) of the key that an object is sealed with, by its first HEADER_BYTES; `None` for one that is not."""
    if not head.startswith(MAGIC) or len(head) < HEADER_BYTES:
        return None
    return head[len(MAGIC) : len(MAGIC) + KEY_ID_BYTES].hex()


def sealed(secret: bytes, head: bytes, place: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Seal blocks of BLOCK_BYTES, the last of which may be shorter; the header comes first."""
    cipher = _cipher(secret, head, place)
    yield head
    waiting, number = b"", 0
    for block in blocks:
        if number:
            yield cipher.encrypt(_nonce(number - 1, last=False), waiting, None)
        waiting, number = block, number + 1
    yield cipher.encrypt(_nonce(max(number - 1, 0), last=True), waiting, None)


def opened(secret: bytes, head: bytes, place: str, body: bytes, first: int = 0) -> bytes:
    """Open whole sealed blocks, the first of which has number `first`; raises `Malformed` where they do not open."""
    cipher = _cipher(secret, head, place)
    starts = range(0, len(body), SEALED_BLOCK_BYTES)
    return b"".join(
        _opened(cipher, body[at : at + SEALED_BLOCK_BYTES], first + n, place) for n, at in enumerate(starts)
    )


def opened_whole(secret: bytes, place: str, data: bytes) -> bytes:
    """Open an object; raises `Malformed` also where its end is missing."""
    head, body = data[:HEADER_BYTES], data[HEADER_BYTES:]
    number = max(0, -(-len(body) // SEALED_BLOCK_BYTES) - 1)
    last = body[number * SEALED_BLOCK_BYTES :]
    try:
        end = _cipher(secret, head, place).decrypt(_nonce(number, last=True), last, None)
    except (InvalidTag, ValueError) as error:
        raise _unfit(place) from error
    return opened(secret, head, place, body[: number * SEALED_BLOCK_BYTES]) + end


def plain_size(size: int) -> int:
    """How many bytes are sealed in an object of `size` bytes."""
    body = size - HEADER_BYTES
    return max(0, body - _TAG_BYTES * max(1, -(-body // SEALED_BLOCK_BYTES)))


def _cipher(secret: bytes, head: bytes, place: str) -> AESGCM:
    salt = head[len(MAGIC) + KEY_ID_BYTES : HEADER_BYTES]
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=head + place.encode()).derive(secret)
    return AESGCM(derived)


def _nonce(number: int, *, last: bool) -> bytes:
    """Never the same twice under one object's key: the block's number and whether it is the last."""
    return number.to_bytes(11, "big") + bytes([last])


def _opened(cipher: AESGCM, block: bytes, number: int, place: str) -> bytes:
    """Whether it is the last block only its tag can say: a range does not know how long its object is."""
    for last in (False, True) if len(block) == SEALED_BLOCK_BYTES else (True,):
        try:
            return cipher.decrypt(_nonce(number, last=last), block, None)
        except (InvalidTag, ValueError):  # ValueError: shorter than a tag
            continue
    raise _unfit(place)


def _unfit(place: str) -> Malformed:
    return Malformed("seal_broken", f"{place} was changed, or sealed with another key")
