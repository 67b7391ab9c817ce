"""What is asked for is what is loaded, and a sentence says why."""

from pathlib import Path

import pytest

from processors.engines.choose import choose, open_engine, packaged_model
from schemas.errors import Invalid, Unavailable


def test_the_default_needs_no_download_where_the_package_is() -> None:
    choice = choose()
    assert (choice.engine, choice.model, choice.location) == ("faster-whisper", "tiny.en", str(packaged_model()))
    assert "needs no download" in choice.why


@pytest.mark.parametrize(
    ("engine", "model", "location", "words"),
    [
        pytest.param("faster-whisper", "base.en", "base.en", "model hub", id="another model"),
        pytest.param("openai-whisper", "tiny.en", "tiny.en", "model hub", id="the package is for CTranslate2 only"),
        pytest.param("scripted", "tiny.en", "", "not what was said", id="the script"),
    ],
)
def test_choices(engine: str, model: str, location: str, words: str) -> None:
    choice = choose(engine, model)
    assert choice.location == location
    assert words in choice.why


def test_a_folder_is_taken_and_named_after_itself(tmp_path: Path) -> None:
    folder = tmp_path / "whisper-ours"
    folder.mkdir()
    choice = choose("faster-whisper", str(folder))
    assert (choice.model, choice.location) == ("whisper-ours", str(folder))


@pytest.mark.parametrize(
    ("engine", "device", "reason"), [("parrot", "cpu", "engine_unknown"), ("scripted", "abacus", "device_unknown")]
)
def test_what_there_is_not_is_refused(engine: str, device: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        choose(engine, device=device)
    assert refusal.value.reason == reason


def test_a_folder_without_a_model_is_said_to_be_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be loaded"):
        open_engine("faster-whisper", str(tmp_path))
