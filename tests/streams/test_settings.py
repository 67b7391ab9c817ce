"""Settings come from the environment, once, and go on to child processes."""

from pathlib import Path

import pytest

from schemas.errors import Invalid
from streams.settings import Settings, child_environment, read, widest

WIDEST = ("CT2_FORCE_CPU_ISA", "AVX512")


def test_without_an_environment_the_defaults_hold() -> None:
    assert read({}) == Settings()


def test_variables_are_read_by_their_prefix_and_in_their_type() -> None:
    settings = read({"EARWITNESS_PORT": "9000", "EARWITNESS_KAFKA": "k:9092", "PORT": "1"})
    assert (settings.port, settings.kafka) == (9000, "k:9092")


def test_a_malformed_variable_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        read({"EARWITNESS_PORT": "many"})
    assert caught.value.field == "EARWITNESS_PORT"


def test_a_child_reads_the_settings_of_its_parent() -> None:
    settings = Settings(port=1234, kafka="k:1", session_timeout_s=7.5, data="/somewhere")
    assert read(child_environment(settings)) == settings


def test_numpy_keeps_to_one_core_in_a_child_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    environment = child_environment(Settings())
    assert (environment["OMP_NUM_THREADS"], environment["OPENBLAS_NUM_THREADS"]) == ("1", "4")


@pytest.mark.parametrize(
    ("cpuinfo", "found"),
    [
        pytest.param("flags : fpu avx2 avx512f avx512cd avx512bw avx512dq avx512vl", {WIDEST}, id="all of AVX-512"),
        pytest.param("flags : fpu avx2 avx512f", set(), id="a part of it"),
        pytest.param("model name : another", set(), id="nothing said"),
        pytest.param(None, set(), id="not Linux"),
    ],
)
def test_the_widest_code_is_asked_for_where_the_processor_has_it(
    tmp_path: Path, cpuinfo: str | None, found: set[tuple[str, str]]
) -> None:
    path = tmp_path / "cpuinfo"
    if cpuinfo is not None:
        path.write_text(f"processor : 0\n{cpuinfo}\n")
    assert set(widest(path).items()) == found
