"""Bytes or a file in, a durable file out: whole or not there at all, after a power cut too.

obstore's local store is atomic but never calls fsync, so files are written here: staged on the same file system,
forced to disk, then linked (which fails when the name is taken) or renamed into place.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from schemas.errors import Invalid

_STAGING = ".staging"
_ABANDONED_AFTER_SECONDS = 3_600
"""No write takes an hour: a staged file that old was left by a crash."""


def prepare(root: Path) -> None:
    """Make the folder and clear what crashes left in it."""
    staging = root / _STAGING
    staging.mkdir(parents=True, exist_ok=True)
    for left in staging.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process clears too
            if time.time() - left.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
                left.unlink()


def write_file(root: Path, key: str, data: bytes | Path, *, if_absent: bool) -> None:
    """Keep `data` (or a copy of the file) at `root/key`; with `if_absent` raise `FileExistsError` when it exists."""
    target = _target(root, key)
    staged = _stage(root, data)
    try:
        new_folders = _make_folders(target.parent)
        (os.link if if_absent else os.replace)(staged, target)
    finally:
        staged.unlink(missing_ok=True)
    for folder in (target.parent, *new_folders):
        _sync_folder(folder)


def remove_files(root: Path, keys: Iterable[str]) -> None:
    """Remove files and the folders that become empty, down from the second level."""
    for key in keys:
        target = _target(root, key)
        target.unlink(missing_ok=True)
        _remove_empty(root, target.parent)


def _target(root: Path, key: str) -> Path:
    if any(step in ("", ".", "..", _STAGING) for step in key.split("/")):
        raise Invalid("invalid_key", "a key has no empty, '.', '..' or reserved steps", field="key")
    return root / key


def _stage(root: Path, data: bytes | Path) -> Path:
    descriptor, name = tempfile.mkstemp(dir=root / _STAGING)
    try:
        with os.fdopen(descriptor, "wb") as staged:
            _fill(staged, data)
    except BaseException:
        Path(name).unlink()  # a full disk is tried again and again: no try may leave anything on it
        raise
    return Path(name)


def _fill(staged: BinaryIO, data: bytes | Path) -> None:
    if isinstance(data, Path):
        with data.open("rb") as source:
            shutil.copyfileobj(source, staged)
    else:
        staged.write(data)
    staged.flush()
    os.fsync(staged.fileno())


def _make_folders(folder: Path) -> tuple[Path, ...]:
    """Make `folder`; return the folders that got a new entry by it."""
    missing = [step for step in (folder, *folder.parents) if not step.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(step.parent for step in missing)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_empty(root: Path, folder: Path) -> None:
    """The first level stays: a new room may be about to use it."""
    while len(folder.relative_to(root).parts) > 1:
        try:
            folder.rmdir()
        except OSError:  # not empty, or gone
            return
        folder = folder.parent
