"""What a caption worker is doing in; its figures for Prometheus out: delay, backlog, what was shed, speed, batches."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

DELAY_BUCKETS_S = (0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 8, 10, 15, 30, 60)
"""Fine around what a reader feels: the bounds promised are 2 s for a word and 4.5 s for a final."""
BATCH_BUCKETS = (1, 2, 3, 4, 5, 6, 7, 8)


class HearingFigures:
    """Every metric of one captioner, declared once; a registry of its own, so that two do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.delay_s = Histogram(
            "earwitness_caption_delay_seconds",
            "From the end of an utterance's speech to its live final, by room; gone when the room is over.",
            ("room_id",),
            buckets=DELAY_BUCKETS_S,
            registry=self.registry,
        )
        self.drafts_shed = Counter(
            "earwitness_caption_drafts_shed",
            "Drafts that were not heard, because a newer one or the final came before their turn.",
            registry=self.registry,
        )
        self.waiting = Gauge(
            "earwitness_caption_utterances_waiting",
            "Utterances that wait for the engine, by kind (final or draft).",
            ("kind",),
            registry=self.registry,
        )
        self.speech_s = Counter(
            "earwitness_caption_speech_seconds",
            "Seconds of speech that the engine has heard, by kind; a draft hears its utterance from the beginning.",
            ("kind",),
            registry=self.registry,
        )
        self.engine_s = Counter(
            "earwitness_caption_engine_seconds",
            "Seconds that the engine took, by kind: divided by those of speech, the real-time factor.",
            ("kind",),
            registry=self.registry,
        )
        self.batch = Histogram(
            "earwitness_caption_batch_utterances",
            "Utterances in one pass of the engine, by kind.",
            ("kind",),
            buckets=BATCH_BUCKETS,
            registry=self.registry,
        )

        self.gaps = Counter(
            "earwitness_caption_gaps",
            "Times that speech stood without words for more than 10 s, by reason (waiting or unheard): raise an alert.",
            ("reason",),
            registry=self.registry,
        )

    def heard(self, kind: str, count: int, speech_s: float, took_s: float) -> None:
        """Note one pass of the engine."""
        self.batch.labels(kind).observe(count)
        self.speech_s.labels(kind).inc(speech_s)
        self.engine_s.labels(kind).inc(took_s)

    def forget(self, room_id: str) -> None:
        """The room is over: a label for each room ever would never stop growing."""
        self.delay_s.remove(room_id)
