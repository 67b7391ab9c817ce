"""Settings in, the recordings' store out: sealed where a key file is named."""

from pathlib import Path

from agents.ports import RecordingStore
from streams.keys import KeyFile
from streams.sealed import SealedStore
from streams.settings import Settings
from streams.stores import open_store


def open_kept(settings: Settings) -> RecordingStore:
    """The store at `settings.store_url`, as `open_store` opens it."""
    store = open_store(settings.store_url)
    return SealedStore(store, KeyFile(Path(settings.keys))) if settings.keys else store
