"""Settings in, everything outside that agents work with out, each made when first asked for."""

from functools import cached_property

import structlog
from elasticsearch import AsyncElasticsearch

from agents.directory import RoomDirectory
from agents.headers import StoredHeaders
from agents.hearing_figures import HearingFigures
from agents.ports import RecordingStore
from processors.engines.base import Engine
from processors.engines.choose import open_engine
from processors.screening.classifier import Classifier, ModelMissing
from processors.screening.classifier_model import open_classifier
from processors.screening.policy import Policy, shipped_policy
from streams.clock import now_ms
from streams.index import ElasticIndex
from streams.publisher import Publisher
from streams.rendering import FfmpegRenderer
from streams.roomlog import StoredRoomLog
from streams.settings import Settings
from streams.stores import open_store

log = structlog.get_logger()


class Outside:
    """One worker's doors to the outside."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.now = now_ms

    @cached_property
    def publisher(self) -> Publisher:
        return Publisher(self.settings.kafka)

    @cached_property
    def store(self) -> RecordingStore:
        return open_store(self.settings.store_url)

    @cached_property
    def log(self) -> StoredRoomLog:
        return StoredRoomLog(self.store)

    @cached_property
    def directory(self) -> RoomDirectory:
        return RoomDirectory(self.log, self.now)

    @cached_property
    def index(self) -> ElasticIndex:
        return ElasticIndex(AsyncElasticsearch(self.settings.elasticsearch), self.settings.index_prefix)

    @cached_property
    def engine(self) -> Engine:
        asked = self.settings
        return open_engine(asked.engine, asked.model, asked.device, threads=asked.threads)

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
    def classifier(self) -> Classifier:
        """The trained model; where it is missing or damaged, that is said here and the rules speak alone."""
        opened = open_classifier()
        if isinstance(opened, ModelMissing):
            log.error("screening_model_missing", reason=opened.reason)
        return opened

    @cached_property
    def policy(self) -> Policy:
        return shipped_policy()
