"""What the console counts: names and explanations in, Prometheus text out."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Metrics:
    """Every metric of one console, declared once; a registry of its own, so that two consoles do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.answers = Counter(
            "earwitness_console_answers",
            "Requests answered, by method and status.",
            ("method", "status"),
            registry=self.registry,
        )
        self.problems = Counter(
            "earwitness_console_problems",
            "Requests answered with a problem document, by its reason.",
            ("reason",),
            registry=self.registry,
        )
        self.chunks = Counter(
            "earwitness_console_chunks_confirmed",
            "Audio chunks that the broker confirmed.",
            registry=self.registry,
        )
        self.bytes = Counter(
            "earwitness_console_audio_bytes_confirmed",
            "Bytes of audio that the broker confirmed.",
            registry=self.registry,
        )
        self.waiting_bytes = Gauge(
            "earwitness_console_audio_bytes_waiting",
            "Bytes of audio that wait for the broker's confirmation now.",
            registry=self.registry,
        )
        self.listeners = Gauge(
            "earwitness_console_live_feeds",
            "Live feeds that are open now.",
            registry=self.registry,
        )

    def text(self) -> bytes:
        return generate_latest(self.registry)
