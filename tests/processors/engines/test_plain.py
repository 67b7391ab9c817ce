"""The engine that others are compared with hears finals, and makes no drafts."""

import pytest

from processors.engines.base import Speech
from processors.engines.choose import choose, open_engine
from tests.speech import speech

SENTENCE = speech(8.8)[12_000:]


@pytest.mark.model
def test_it_hears_finals_and_nothing_of_drafts() -> None:
    engine = open_engine("plain")
    final, draft = engine.transcribe([Speech(samples=SENTENCE, final=final) for final in (True, False)], beam=5)
    assert len(final.text.split()) > 5
    assert not draft.text


def test_it_has_the_model_and_the_arithmetic_of_ours() -> None:
    plain, ours = choose("plain"), choose("faster-whisper")
    assert (plain.location, plain.compute_type) == (ours.location, ours.compute_type)
