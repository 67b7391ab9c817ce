"""A policy and past rooms in; what it would have done otherwise than the one in force, out. Nothing is changed."""

from agents.ports import RecordingStore
from processors.screening.attending import Attending
from processors.screening.classifier import Classifier
from processors.screening.listening import reread
from processors.screening.policy import Policy
from processors.screening.trying import Difference, Trial, counted, differences
from schemas.findings import Finding
from streams.past import rooms_since


async def tried(store: RecordingStore, in_force: Policy, other: Policy, classifier: Classifier, since_ms: int) -> Trial:
    """Screen the transcripts of rooms that closed since then (Unix ms) under both."""
    before: list[Finding] = []
    after: list[Finding] = []
    found: list[Difference] = []
    rooms = 0
    async for _, transcript in rooms_since(store, since_ms):
        ones, others = (reread(transcript.captions, policy, Attending(classifier)) for policy in (in_force, other))
        before += ones
        after += others
        found += differences(ones, others)
        rooms += 1
    return Trial(
        rooms=rooms,
        before_version=in_force.version,
        after_version=other.version,
        before=counted(before),
        after=counted(after),
        differences=tuple(found),
    )
