"""Faust's Kafka transport, with a fetch that does not wait long and commits that never pass what is unfinished.

Faust asks the broker to hold a fetch for 1.5 s until there is something. Kafka answers as soon as there is; the
embedded broker answers when the time is over, which cost 0.75 s on every hop (five joins: 3.8 s; with 50 ms under 1 s).
Why it keeps its own account of what may be committed: docs/decisions/0013.
"""

from collections import defaultdict
from typing import Any

import faust
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport

from streams.progress import Progress

FETCH_WAIT_MS = 50


class PromptThread(AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # Faust offers no setting for it
        return consumer


class PromptConsumer(Consumer):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._progress: defaultdict[Any, Progress] = defaultdict(Progress)

    def _new_consumer_thread(self) -> PromptThread:
        return PromptThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[Any]) -> None:
        for partition in revoked:
            self._progress.pop(partition, None)
        await super().on_partitions_revoked(revoked)

    def _to_message(self, tp: Any, record: Any) -> Any:
        """Called once for each record on its way to the agents."""
        message = super()._to_message(tp, record)
        read_up_to = self._read_offset[tp]
        if read_up_to is None or message.offset >= read_up_to:  # Faust drops what it has read before
            self._progress[tp].handed_out(message.offset)
        return message

    def _new_offset(self, tp: Any) -> int | None:
        """The offset to commit; Faust's lists are emptied up to there."""
        acked = self._acked_index[tp]
        offset = self._progress[tp].passed(acked)
        if offset is not None:
            acked.difference_update([done for done in acked if done < offset])
        self._acked[tp].clear()
        self._gap.pop(tp, None)
        return offset


class PromptTransport(Transport):
    Consumer = PromptConsumer


def use_prompt_transport(app: faust.App) -> None:
    """Give `app` the transport; before it starts."""
    app.transport = PromptTransport(app.conf.broker_consumer, app, loop=app.loop)
