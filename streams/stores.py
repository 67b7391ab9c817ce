"""A folder, `s3://bucket/prefix` or `memory://` in, a `RecordingStore` out."""

import asyncio
import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    GenericError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import LocalStore, from_url

from agents.ports import RecordingStore
from schemas.errors import Conflict, Missing, Unavailable
from schemas.keeping import StoredObject
from streams.folders import prepare, remove_files, write_file

PIECE_BYTES = 8 * 1024 * 1024
"""Files go up in pieces of this size, four at a time; S3 takes at least 5 MiB and at most 10,000 pieces."""

_FULL = (errno.ENOSPC, errno.EDQUOT)


def open_store(url_or_path: str | Path) -> RecordingStore:
    """The store at a folder (made when it is not there), `s3://…`, `gs://…`, `az://…`, `file://…` or `memory://`.

    Cloud stores take credentials, region and endpoint from their customary variables (`AWS_ENDPOINT_URL`, …).
    """
    place = str(url_or_path)
    if place.startswith("memory://"):
        return MemoryStore()
    if "://" in place and not place.startswith("file://"):
        return _cloud(place)
    return FolderStore(Path(place.removeprefix("file://")))


class MemoryStore:
    """Objects in a dictionary: forgotten with the process."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}

    async def put(self, key: str, data: bytes | Path, *, if_absent: bool = False) -> None:
        content = await asyncio.to_thread(data.read_bytes) if isinstance(data, Path) else bytes(data)
        if if_absent and key in self._objects:
            raise Conflict(key)
        self._objects[key] = content

    async def get(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        if key not in self._objects:
            raise Missing(key)
        return self._objects[key][start : None if length is None else start + length]

    async def list(self, prefix: str) -> tuple[StoredObject, ...]:
        found = (item for item in self._objects.items() if item[0].startswith(prefix))
        return tuple(StoredObject(key=key, size=len(data)) for key, data in sorted(found))

    async def folders(self, prefix: str) -> tuple[str, ...]:
        rests = (key.removeprefix(prefix) for key in self._objects if key.startswith(prefix))
        return tuple(sorted({rest.partition("/")[0] for rest in rests if "/" in rest}))

    async def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._objects.pop(key, None)


class ObjectStore:
    """A cloud's object store through obstore.

    Files go up in pieces; a conditional put is one request, for which a file is read whole.
    """

    def __init__(self, store: obstore.store.ObjectStore) -> None:
        self._store = store

    async def put(self, key: str, data: bytes | Path, *, if_absent: bool = False) -> None:
        mode: Literal["create", "overwrite"] = "create" if if_absent else "overwrite"
        with _translated(key):
            await obstore.put_async(self._store, key, data, mode=mode, chunk_size=PIECE_BYTES, max_concurrency=4)

    async def get(self, key: str, *, start: int = 0, length: int | None = None) -> bytes:
        with _translated(key):
            if start == 0 and length is None:
                return bytes(await (await obstore.get_async(self._store, key)).bytes_async())
            size = (await obstore.head_async(self._store, key))["size"]
            end = size if length is None else min(size, start + length)
            return bytes(await obstore.get_range_async(self._store, key, start=start, end=end)) if start < end else b""

    async def list(self, prefix: str) -> tuple[StoredObject, ...]:
        with _translated(prefix):
            found = await obstore.list(self._store, prefix).collect_async()
        objects = (StoredObject(key=meta["path"], size=meta["size"]) for meta in found)
        return tuple(sorted(objects, key=lambda stored: stored.key))

    async def folders(self, prefix: str) -> tuple[str, ...]:
        with _translated(prefix):
            found = await obstore.list_with_delimiter_async(self._store, prefix)
        return tuple(sorted(folder.rpartition("/")[2] for folder in found["common_prefixes"]))

    async def delete(self, keys: Sequence[str]) -> None:
        with _translated("delete"):
            await obstore.delete_async(self._store, list(keys))


class FolderStore(ObjectStore):
    """A folder on this machine: read through obstore, written so that it lasts (`streams/folders.py`)."""

    def __init__(self, folder: Path) -> None:
        self._root = folder.absolute()
        with _translated(str(folder)):
            prepare(self._root)
        super().__init__(LocalStore(self._root))

    async def put(self, key: str, data: bytes | Path, *, if_absent: bool = False) -> None:
        with _translated(key):
            await asyncio.to_thread(write_file, self._root, key, data, if_absent=if_absent)

    async def delete(self, keys: Sequence[str]) -> None:
        with _translated("delete"):
            await asyncio.to_thread(remove_files, self._root, keys)


def _cloud(url: str) -> ObjectStore:
    """The client retries twice by itself; beyond that the caller decides how long to wait.

    Plain HTTP is spoken only to an endpoint that is named so, as a store on one's own network is.
    """
    return ObjectStore(
        from_url(
            url,
            client_options={
                "allow_http": True,
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(seconds=30),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
        )
    )


@contextmanager
def _translated(key: str) -> Iterator[None]:
    """obstore's and the file system's exceptions as ours."""
    try:
        yield
    except (FileNotFoundError, NotFoundError) as error:
        raise Missing(key) from error
    except (FileExistsError, AlreadyExistsError) as error:
        raise Conflict(key) from error
    except OSError as error:
        why = "no room is left" if error.errno in _FULL else error.strerror or type(error).__name__
        raise Unavailable(f"the store did not take or give {key}: {why}") from error
    except (GenericError, PermissionDeniedError, UnauthenticatedError) as error:
        raise Unavailable(f"the store did not take or give {key}: {type(error).__name__}") from error
