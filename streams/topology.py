"""The whole flow on one page: every topic, the agent that reads it and the worker in which it runs, top to bottom.

An agent's outputs go to the topic of their type (`schemas/topics.py`), through the one publisher.
Each worker is one Faust app and one consumer group; scale it by starting it more often.
"""

from collections.abc import Callable

from agents.alerter import alerter
from agents.assembler import assembler
from agents.captioner import captioner
from agents.corrector import corrector
from agents.eraser import eraser
from agents.indexer import caption_indexer, finding_indexer, room_indexer
from agents.janitor import janitor
from agents.meter import meter
from agents.notary import notary
from agents.ports import Agent
from agents.recorder import recorder
from agents.screener import screener
from agents.shadower import shadower
from agents.steward import steward
from agents.transcriber import transcriber
from schemas.base import Record
from schemas.topics import AUDIO, CAPTIONS, COMMANDS, EVENTS, FINDINGS, PARTS, Topic
from streams.outside import Outside


class Flow(Record, frozen=True, kw_only=True):
    """`agent` reads `topic` under `name`."""

    topic: Topic
    name: str
    agent: Callable[[Outside], Agent]


def flow(topic: Topic, name: str, agent: Callable[[Outside], Agent]) -> Flow:
    return Flow(topic=topic, name=name, agent=agent)


def live_captioner(o: Outside) -> Agent:
    return captioner(o.directory, o.engine, o.now, o.headers, o.figures, o.notes, listeners=o.listeners)


WORKERS: dict[str, tuple[Flow, ...]] = {
    # People and agents ask, the steward decides; what is recorded becomes durable parts.
    "record": (
        flow(COMMANDS, "steward", lambda o: steward(o.log, o.now)),
        flow(AUDIO, "recorder", lambda o: recorder(o.store, o.directory, o.now)),
    ),
    # What is said becomes captions: while people speak, and again from the durable recording.
    "caption": (
        flow(AUDIO, "captioner", live_captioner),
        flow(EVENTS, "transcriber", lambda o: transcriber(o.log, o.store, o.engine, o.now, o.notes)),
    ),
    # The recording becomes something to play; captions become findings; all of it can be found, counted and purged.
    "finish": (
        flow(EVENTS, "assembler", lambda o: assembler(o.log, o.store, o.renderer, o.now, o.notes)),
        flow(CAPTIONS, "screener", lambda o: screener(o.policies, o.classifier, o.casework, o.store, o.now)),
        flow(EVENTS, "notary", lambda o: notary(o.log, o.store, o.sound, o.now)),
        flow(EVENTS, "alerter", lambda o: alerter(o.store, o.policies, o.settings.base_url, told=o.tells)),
        flow(EVENTS, "shadower", lambda o: shadower(o.store, o.policies, o.classifier, o.candidate)),
        flow(EVENTS, "room_indexer", lambda o: room_indexer(o.log, o.index, o.now)),
        flow(CAPTIONS, "caption_indexer", lambda o: caption_indexer(o.directory, o.index, o.now)),
        flow(FINDINGS, "finding_indexer", lambda o: finding_indexer(o.directory, o.index, o.now)),
        flow(PARTS, "part_meter", lambda o: meter(o.directory, o.index, o.now)),
        flow(CAPTIONS, "caption_meter", lambda o: meter(o.directory, o.index, o.now)),
        flow(FINDINGS, "finding_meter", lambda o: meter(o.directory, o.index, o.now)),
        flow(EVENTS, "room_meter", lambda o: meter(o.directory, o.index, o.now)),
        # What people ask of the words themselves: to put them right, or to take somebody out.
        flow(EVENTS, "corrector", lambda o: corrector(o.log, o.store, o.index, o.now)),
        flow(EVENTS, "eraser", lambda o: eraser(o.log, o.store, o.now)),
        flow(EVENTS, "janitor", lambda o: janitor(o.log, o.store, o.index, o.now, o.key_id)),
    ),
}
