"""Documents hold what their mapping names, under ids and versions that make writing repeatable."""

import msgspec
import pytest

from processors.documents import (
    case_documents,
    figure_document,
    finding_document,
    room_document,
    utterance_document,
)
from processors.mappings import PROPERTIES
from processors.queries import CaseCard, RoomCard
from schemas.asks import DecideCase, DeleteRecording, RestoreRecording, ShareRecording
from schemas.figures import Figure
from schemas.keeping import Document
from tests.rooms import OPENED_MS, READY_ASKS, notice, room_after
from tests.rooms import finding as opened
from tests.talk import caption, finding

ROOM = room_after(*READY_ASKS, opened("f", 1_000, 2_000), notice(), ShareRecording(token="room-secret"))
FIGURE = Figure(figure_id="f", minute_ms=0, room_id="room", name="words", value=3.0)
DOCUMENTS = (
    room_document(ROOM),
    *case_documents(ROOM),
    utterance_document(caption("Good evening."), ROOM),
    finding_document(finding(), ROOM),
    figure_document(FIGURE),
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.index)
def test_a_document_holds_only_what_its_mapping_names(document: Document) -> None:
    assert document.body.keys() <= PROPERTIES[document.index].keys()
    assert None not in document.body.values()
    assert document.version > 0


def test_every_index_has_a_document() -> None:
    assert {document.index for document in DOCUMENTS} == PROPERTIES.keys()


def test_a_room_becomes_its_card() -> None:
    card = msgspec.convert(room_document(ROOM).body, RoomCard)
    assert (card.state, card.shared, card.ready) == ("closed", True, True)
    assert (card.speakers, card.captions, card.duration_ms) == (("Anna", "Bert"), 3, 9_000)
    assert (card.cases, card.open_cases, card.reports) == (len(ROOM.cases), len(ROOM.cases), 1)


def test_a_room_document_tells_no_secret() -> None:
    assert "secret" not in str(room_document(ROOM).body)


def test_a_deleted_room_is_neither_shared_nor_forgotten() -> None:
    deleted = room_after(DeleteRecording(), room=ROOM)
    restored = room_after(RestoreRecording(), room=deleted)
    assert [room_document(room).body["state"] for room in (deleted, restored)] == ["deleted", "closed"]
    assert room_document(deleted).body["shared"] is False


def test_a_later_state_has_a_higher_version() -> None:
    case_id = next(iter(ROOM.cases))
    later = room_after(DecideCase(case_id=case_id, violation=True), room=ROOM)
    assert room_document(later).version > room_document(ROOM).version
    before, after = (next(d for d in case_documents(room) if d.body["case_id"] == case_id) for room in (ROOM, later))
    assert (before.id, before.body["decided"], after.body["decided"]) == (after.id, False, True)
    assert msgspec.convert(after.body, CaseCard).violation is True


def test_a_finding_that_grows_replaces_itself() -> None:
    small, longer, graver = finding(), finding(end_ms=3_000), finding(end_ms=3_000, effect="urgent")
    versions = [finding_document(one, ROOM).version for one in (small, longer, graver)]
    assert versions == sorted(set(versions))
    assert {finding_document(one, ROOM).id for one in (small, longer)} == {small.finding_id}


def test_room_time_is_turned_into_the_time_of_day() -> None:
    document = utterance_document(caption("Hello.", start_ms=5_000), ROOM)
    assert document.body["said_ms"] == OPENED_MS + 5_000
    assert document.body["title"] == ROOM.title
