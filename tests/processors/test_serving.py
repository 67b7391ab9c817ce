"""What is served is what was heard, as people corrected it and without who was erased; what is kept stays as it was."""

import msgspec

from processors.folding import ERASED
from processors.serving import served
from schemas.asks import CorrectCaption, EraseSpeaker
from schemas.captions import Transcript
from tests.rooms import OPENED_MS, READY_ASKS, room_after
from tests.talk import caption

SAID = (caption("won to three", caption_id="a-0"), caption("four five", 1, track_id="b", speaker="Bert"))
HEARD = Transcript(room_id="room", title="t", duration_ms=9_000, engine="e", model="m", captions=SAID)
CORRECT = CorrectCaption(track_id="a", caption_id="a-0", text="one two three")


def test_a_corrected_line_keeps_both_texts_who_wrote_it_and_the_times_of_its_words() -> None:
    shown = served(HEARD, room_after(*READY_ASKS, CORRECT)).captions
    assert (shown[0].text, shown[0].heard, shown[0].corrected_by) == ("one two three", "won to three", "hanna")
    assert [word.start_ms for word in shown[0].words] == [word.start_ms for word in SAID[0].words]
    assert shown[0].emitted_ms == OPENED_MS
    assert shown[1] == SAID[1]


def test_where_words_were_added_nobody_knows_their_times() -> None:
    asked = msgspec.structs.replace(CORRECT, text="one two three and four")
    assert served(HEARD, room_after(*READY_ASKS, asked)).captions[0].words == ()


def test_the_last_correction_counts() -> None:
    again = msgspec.structs.replace(CORRECT, text="one, two, three")
    shown = served(HEARD, room_after(*READY_ASKS, CORRECT, again)).captions[0]
    assert (shown.text, shown.heard) == ("one, two, three", "won to three")


def test_an_erased_speaker_is_in_no_line_and_no_name_and_their_corrections_go() -> None:
    room = room_after(*READY_ASKS, CORRECT, EraseSpeaker(speaker="Anna"))
    assert [each.track_id for each in served(HEARD, room).captions] == ["b"]
    assert [track.speaker for track in room.tracks.values()] == [ERASED, "Bert"]
    assert room.corrections == {}
    assert room.assembled is None


def test_no_repr_shows_a_correction() -> None:
    room = room_after(*READY_ASKS, CORRECT)
    assert "three" not in repr(room.corrections) + repr(CORRECT) + repr(served(HEARD, room).captions[0])
