"""What is asked for is what is loaded, and a sentence says why."""

from pathlib import Path

import pytest

from processors.engines.choose import Choice, check_arithmetic, choose, open_engine, packaged_model
from processors.engines.whisper import WhisperEngine
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
    ("engine", "device", "compute_type", "reason"),
    [
        ("parrot", "cpu", "", "engine_unknown"),
        ("scripted", "abacus", "", "device_unknown"),
        ("faster-whisper", "cpu", "int3", "compute_type_unknown"),
    ],
)
def test_what_there_is_not_is_refused(engine: str, device: str, compute_type: str, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        choose(engine, device=device, compute_type=compute_type)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("device", "asked", "compute_type", "why"),
    [
        pytest.param("cpu", "", "int8", "in int8: fastest on a CPU", id="a CPU's own"),
        pytest.param("cuda", "", "float16", "in float16: a GPU's own", id="a GPU's own"),
        pytest.param("cuda", "int8_float16", "int8_float16", "was asked for (usual on cuda: float16)", id="asked for"),
    ],
)
def test_a_device_has_its_own_arithmetic_unless_another_is_asked_for(
    device: str, asked: str, compute_type: str, why: str
) -> None:
    choice = choose(device=device, compute_type=asked)
    assert choice.compute_type == compute_type
    assert why in choice.why


def test_a_gpu_takes_more_in_a_pass_than_a_cpu() -> None:
    assert choose(device="cuda").batch > choose(device="cpu").batch


@pytest.mark.model
@pytest.mark.parametrize(
    "choice", [choose(compute_type="float32"), choose()], ids=lambda choice: str(choice.compute_type)
)
def test_a_cpu_can_calculate_like_that(choice: Choice) -> None:
    check_arithmetic(choice)


def test_arithmetic_that_a_machine_does_not_have_is_said_with_what_it_has() -> None:
    with pytest.raises(Unavailable, match=r"cannot calculate in int8_float16 here; it can in .*int8"):
        check_arithmetic(choose(compute_type="int8_float16"))


def test_a_folder_without_a_model_is_said_to_be_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be loaded"):
        open_engine("faster-whisper", str(tmp_path))


@pytest.mark.model
def test_an_engine_can_be_warmed_up_before_anybody_waits() -> None:
    engine = open_engine()
    assert isinstance(engine, WhisperEngine)
    engine.warm_up()
