"""Settings in, everything outside that agents work with out, each made when first asked for."""

import os
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from agents.alerter import Outbox
from agents.casework import Casework
from agents.directory import RoomDirectory
from agents.headers import StoredHeaders
from agents.hearing_figures import HearingFigures
from agents.policies import PolicyBook
from agents.ports import RecordingStore
from agents.second_listener import StoredSecondListener
from agents.sound import Sound
from processors.alerting import form_of
from processors.engines.base import Engine
from processors.engines.choose import open_engine
from processors.engines.supervised import SupervisedEngine
from processors.screening.classifier import Classifier, ModelMissing, TargetClassifier
from processors.screening.classifier_model import open_candidate, open_classifier
from processors.screening.policy import shipped_policy
from streams.clock import now_ms
from streams.kept import open_kept
from streams.notes import FileNotes
from streams.publisher import Publisher
from streams.recent import RecentAudio
from streams.rendering import FfmpegRenderer
from streams.roomlog import StoredRoomLog
from streams.sealed import SealedStore
from streams.settings import Settings
from streams.webhook import Webhook

if TYPE_CHECKING:
    from streams.index import ElasticIndex

log = structlog.get_logger()

EXIT_STUCK = 75
"""EX_TEMPFAIL of sysexits.h: start it again."""


class Outside:
    """One worker's doors to the outside."""

    def __init__(self, settings: Settings, worker: str = "") -> None:
        self.settings = settings
        self._worker = worker
        self.now = now_ms

    @cached_property
    def publisher(self) -> Publisher:
        return Publisher(self.settings.kafka)

    @cached_property
    def store(self) -> RecordingStore:
        return open_kept(self.settings)

    async def key_id(self, room_id: str) -> str:
        """The id of the key with which a room is sealed; empty where it is not."""
        return await self.store.key_id(room_id) if isinstance(self.store, SealedStore) else ""

    @cached_property
    def log(self) -> StoredRoomLog:
        return StoredRoomLog(self.store)

    @cached_property
    def directory(self) -> RoomDirectory:
        return RoomDirectory(self.log, self.now)

    @cached_property
    def index(self) -> "ElasticIndex":
        """Loads its client, a second of work, only for a worker that has to do with it."""
        from elasticsearch import AsyncElasticsearch

        from streams.index import ElasticIndex

        return ElasticIndex(AsyncElasticsearch(self.settings.elasticsearch), self.settings.index_prefix)

    @cached_property
    def engine(self) -> Engine:
        asked = self.settings
        model = partial(open_engine, asked.engine, asked.model, asked.device)
        opening = partial(model, compute_type=asked.compute_type, passes=asked.threads)
        return SupervisedEngine(opening, _end_stuck, language=asked.language)

    @property
    def listeners(self) -> int:
        """Threads that take in what is said: half of the cores, which is one where the model needs all others."""
        return max(1, (os.cpu_count() or 1) // 2)

    @cached_property
    def notes(self) -> FileNotes:
        return FileNotes(self.settings.data_folder / "notes" / self._worker)

    @cached_property
    def figures(self) -> HearingFigures:
        return HearingFigures()

    @cached_property
    def headers(self) -> StoredHeaders:
        return StoredHeaders(self.store)

    @cached_property
    def renderer(self) -> FfmpegRenderer:
        return FfmpegRenderer()

    @cached_property
    def classifier(self) -> TargetClassifier:
        """The trained model; where it is missing or damaged, that is said here and the rules speak alone."""
        opened = open_classifier()
        if isinstance(opened, ModelMissing):
            log.error("screening_model_missing", reason=opened.reason)
        return opened

    @cached_property
    def candidate(self) -> Classifier | None:
        """A model that runs in shadow beside the live one; None where no file is named, and nothing is compared."""
        if not self.settings.candidate_model:
            return None
        opened = open_candidate(Path(self.settings.candidate_model))
        if isinstance(opened, ModelMissing):
            log.error("candidate_model_missing", reason=opened.reason)
        return opened

    @cached_property
    def policies(self) -> PolicyBook:
        return PolicyBook(self.store, shipped_policy(), self.now)

    @cached_property
    def sound(self) -> Sound:
        return Sound(self.store, self.headers, RecentAudio(self.settings.kafka), self.notes)

    @cached_property
    def casework(self) -> Casework:
        second = StoredSecondListener(self.log, self.sound, lambda: self.engine)
        return Casework(second, self.classifier, self.store, self.now)

    @property
    def tells(self) -> bool:
        """Whether somebody outside is told of cases."""
        return bool(self.settings.alert_url or self.settings.page_url)

    @cached_property
    def outbox(self) -> Outbox:
        asked = self.settings
        receiver = Webhook(asked.alert_url or asked.page_url, asked.page_url)
        return Outbox(self.store, receiver, form_of(asked.alert_form), asked.alert_secret, self.now)


def _end_stuck(waited_s: float) -> None:
    """A thread that hangs in the engine cannot be ended; the process can, before any offset moves."""
    log.error("engine_stuck", waited_s=waited_s)
    os._exit(EXIT_STUCK)
