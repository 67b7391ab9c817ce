"""Every engine hears as many utterances as it is given, in order, with words inside them."""

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from processors.engines.base import Engine, Speech
from processors.engines.choose import open_engine, packaged_model
from tests.speech import silence, speech

SENTENCE = speech(8.8)[12_000:]


def tiny_checkpoint(folder: Path) -> Path:
    """A Whisper checkpoint of a random, very small model: enough to load and to run, not to understand."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    dims = ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=16, n_audio_head=2, n_audio_layer=1,
        n_vocab=51864, n_text_ctx=448, n_text_state=16, n_text_head=2, n_text_layer=1,
    )  # fmt: skip
    torch.manual_seed(0)
    path = folder / "random.pt"
    torch.save({"dims": vars(dims), "model_state_dict": Whisper(dims).state_dict()}, path)
    return path


@pytest.fixture(
    scope="module",
    params=[
        "scripted",
        pytest.param("faster-whisper", marks=pytest.mark.model),
        pytest.param("openai-whisper", marks=pytest.mark.model),
    ],
)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "openai-whisper":
        if importlib.util.find_spec("whisper") is None:
            pytest.skip("the extra earwitness[openai] is not installed")
        yield open_engine("openai-whisper", str(tiny_checkpoint(tmp_path_factory.mktemp("model"))))
    else:
        yield open_engine(request.param)


def test_engines_say_who_they_are(engine: Engine) -> None:
    assert engine.name
    assert engine.model


def test_each_utterance_gets_its_own_result_in_order(engine: Engine) -> None:
    utterances = [
        Speech(samples=SENTENCE, final=True),
        Speech(samples=SENTENCE[:32_000], final=False),
        Speech(samples=SENTENCE[:48_000], final=True),
    ]
    together = engine.transcribe(utterances, beam=1)
    alone = [engine.transcribe([one], beam=1)[0] for one in utterances]
    assert [heard.text for heard in together] == [heard.text for heard in alone]


def test_words_of_a_final_rise_and_make_up_its_text(engine: Engine) -> None:
    (heard,) = engine.transcribe([Speech(samples=SENTENCE, final=True)], beam=2)
    assert "".join(word.text for word in heard.words) == heard.text.replace(" ", "")
    times = [time for word in heard.words for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert all(0 <= time <= 8_100 for time in times)
    assert all(0 <= word.probability <= 1 for word in heard.words)


def test_beginnings_get_word_times_only_where_they_ask_for_them(engine: Engine) -> None:
    begun = Speech(samples=SENTENCE[:64_000], final=False)
    asking, other = engine.transcribe([replace(begun, timed=True), begun], beam=1)
    assert asking.text == other.text
    assert other.words == ()
    assert engine.name != "faster-whisper" or asking.words
    assert not asking.words or " ".join(word.text for word in asking.words) == asking.text


def test_nothing_in_nothing_out(engine: Engine) -> None:
    assert engine.transcribe([], beam=1) == []


@pytest.mark.model
@pytest.mark.skipif(packaged_model() is None, reason="no packaged weights")
def test_whisper_hears_what_was_said_and_nothing_in_silence() -> None:
    whisper = open_engine("faster-whisper")
    said, nothing = whisper.transcribe(
        [Speech(samples=SENTENCE, final=True), Speech(samples=silence(3), final=True)], beam=1
    )
    assert "welcome to Garden Street" in said.text
    assert (nothing.text, nothing.rejected) == ("", "no_speech")
