"""What a caption worker is doing in; its figures for Prometheus out: delay, backlog, what was shed, speed, batches."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from processors.lateness import Shown, lateness_ms, show
from schemas.captions import Caption

DELAY_BUCKETS_S = (0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 8, 10, 15, 30, 60)
"""Fine around what a reader feels: the bounds promised are 2 s for a word and 4.5 s for a final."""
BATCH_BUCKETS = (1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 48, 64)


class HearingFigures:
    """Every metric of one captioner, declared once; a registry of its own, so that two do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._shown: dict[str, dict[str, Shown]] = {}
        self.delay_s = self._delay(
            "earwitness_caption_delay_seconds",
            "From the end of an utterance's speech to its live final, by room; gone when the room is over.",
        )
        self.word_delay_s = self._delay(
            "earwitness_caption_word_delay_seconds",
            "From the end of a word to the first caption, draft or final, that showed it in its place, by room.",
        )
        self.drafts_shed = self._counter(
            "earwitness_caption_drafts_shed",
            "Drafts that were not heard, because a newer one or the final came before their turn.",
        )
        self.waiting = Gauge(
            "earwitness_caption_utterances_waiting",
            "Utterances that wait for the engine, by kind (final or draft).",
            ("kind",),
            registry=self.registry,
        )
        self.speech_s = self._counter(
            "earwitness_caption_speech_seconds",
            "Seconds of speech that the engine has heard, by kind; settled words of a draft are not heard again.",
            "kind",
        )
        self.engine_s = self._counter(
            "earwitness_caption_engine_seconds",
            "Seconds that the engine took, by kind: divided by those of speech, the real-time factor.",
            "kind",
        )
        self.batch = Histogram(
            "earwitness_caption_batch_utterances",
            "Utterances in one pass of the engine, by kind.",
            ("kind",),
            buckets=BATCH_BUCKETS,
            registry=self.registry,
        )
        self.gaps = self._counter(
            "earwitness_caption_gaps",
            "Times that speech stood without words for more than 10 s, by reason (waiting or unheard): raise an alert.",
            "reason",
        )

    def _delay(self, name: str, what: str) -> Histogram:
        return Histogram(name, what, ("room_id",), buckets=DELAY_BUCKETS_S, registry=self.registry)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, registry=self.registry)

    def heard(self, kind: str, count: int, speech_s: float, took_s: float) -> None:
        """Note one pass of the engine."""
        self.batch.labels(kind).observe(count)
        self.speech_s.labels(kind).inc(speech_s)
        self.engine_s.labels(kind).inc(took_s)

    def told(self, caption: Caption, opened_ms: int) -> None:
        """Note what is shown of an utterance; with its final, how long the final and each of its words took."""
        shown = self._shown.setdefault(caption.room_id, {})
        now = show(shown.pop(caption.caption_id, Shown()), caption.text, caption.emitted_ms)
        if caption.status == "draft":
            shown[caption.caption_id] = now
        elif caption.text:
            self.delay_s.labels(caption.room_id).observe((caption.emitted_ms - opened_ms - caption.end_ms) / 1000)
            words = self.word_delay_s.labels(caption.room_id)
            for late_ms in lateness_ms(now, caption.words, opened_ms):
                words.observe(late_ms / 1000)

    def forget(self, room_id: str) -> None:
        """The room is over: a label for each room ever would never stop growing."""
        self._shown.pop(room_id, None)
        for by_room in (self.delay_s, self.word_delay_s):
            by_room.remove(room_id)
