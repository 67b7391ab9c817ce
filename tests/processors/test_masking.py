"""A reader may have swearing and names masked out; what is kept does not change."""

import re

import pytest

from processors.masking import masked, masks_of
from processors.subtitles import FORMATS, render
from schemas.captions import Transcript
from schemas.errors import Invalid
from tests.talk import caption

SAID = (
    caption("Oh shit, Tom's soup is bullshit.", track_id="anna"),
    caption("Thanks, ANNA. Scunthorpe is fine.", 1, track_id="tom", speaker="Tom Miller"),
)
TALK = Transcript(room_id="r", title="Anna talks", duration_ms=9_000, engine="e", model="m", captions=SAID)


def test_swearing_keeps_its_first_letter_in_text_and_words() -> None:
    made = masked(TALK, ["profanity"], ())
    assert made.captions[0].text == "Oh s***, Tom's soup is b*******."
    assert [word.text.strip() for word in made.captions[0].words][1] == "s***,"
    assert made.captions[1] == SAID[1]


def test_speakers_become_numbers_and_what_they_are_called_becomes_a_mark() -> None:
    made = masked(TALK, ["names"], ("Hanna",))
    assert [each.speaker for each in made.captions] == ["Speaker 1", "Speaker 2"]
    assert made.captions[0].text == "Oh shit, [name]'s soup is bullshit."
    assert made.captions[1].text == "Thanks, [name]. Scunthorpe is fine."


@pytest.mark.parametrize("ending", FORMATS)
def test_with_names_masked_no_format_holds_a_name(ending: str) -> None:
    words = re.findall(r"[a-z]+", render(masked(TALK, ["names"], ("Hanna",)), ending).lower())
    assert {"anna", "tom", "miller"} & set(words) == set()


def test_masks_are_asked_for_by_name_and_others_are_refused() -> None:
    assert masks_of("profanity, names") == ("profanity", "names")
    assert masks_of("") == ()
    with pytest.raises(Invalid, match="profanity, names"):
        masks_of("faces")
