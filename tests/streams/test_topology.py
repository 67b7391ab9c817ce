"""The flow is whole: every topic has a reader, every agent a place, every worker a name on the command line."""

from schemas.topics import CAPTION_STATES, LETTERS, REFUSALS, TOPICS
from streams.cli.running import WORKER_NAMES
from streams.topology import WORKERS


def test_the_command_line_knows_every_worker() -> None:
    assert tuple(WORKERS) == WORKER_NAMES


def test_every_topic_is_read_by_an_agent_unless_it_is_for_people() -> None:
    read = {flow.topic for flows in WORKERS.values() for flow in flows}
    assert {topic for topic in TOPICS if topic not in read} == {REFUSALS, CAPTION_STATES, LETTERS}


def test_every_agent_has_a_name_of_its_own() -> None:
    names = [flow.name for flows in WORKERS.values() for flow in flows]
    assert len(names) == len(set(names))
