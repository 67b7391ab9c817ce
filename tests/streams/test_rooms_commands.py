"""`earwitness show`, `trim` and `export`, beside a console that runs: what is said, written and refused."""

import os
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest
from click.testing import CliRunner

from processors.timeline import RATE_HZ
from schemas.audio import Gap
from schemas.errors import EarwitnessError, Invalid, Missing
from streams.cli.rooms import export, show, trim
from streams.running import RUNNING, Running
from streams.stores import MemoryStore
from tests.agents.test_assembler import recorded
from tests.audio import chunks
from tests.console.house import House
from tests.console.test_browser import Served, free_port
from tests.streams.test_rendering import decoded


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A console with a live room (`live`) and a finished one (`tea`), and a data folder that says where it is."""
    with Served(House(), free_port()) as served:
        served.do(served.open("live"))
        served.do(served.open("tea"))
        served.request("POST", "/rooms/tea/close")
        served.do(served.house.seal("tea", "anna", gaps=(Gap(track_id="anna", first_sequence=1, last_sequence=2),)))
        served.do(served.house.finish("tea"))
        running = Running(pid=os.getpid(), kafka="", elasticsearch="", store="", base_url=served.url)
        (tmp_path / RUNNING).write_bytes(msgspec.json.encode(running))
        yield served


def said(tmp_path: Path, command: click.Command, *arguments: str) -> list[str]:
    done = CliRunner().invoke(command, [*arguments, "--data", str(tmp_path)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    ("room_id", "lines"),
    [
        pytest.param(
            "tea",
            [
                "  Anna: captured 10.0 s, received 6.0 s, stored 6.0 s, recorded 6.0 s, captioned 0.0 s",
                "    gap: chunks 1-2, about 4.0 s: never_received",
                "  Tom: captured 6.0 s, received 6.0 s, stored 6.0 s, recorded 6.0 s, captioned 0.0 s",
            ],
            id="finished, with a gap",
        ),
        pytest.param(
            "live",
            [
                "  Anna: captured –, received –, stored –, recorded –, captioned –",
                "  Tom: captured –, received –, stored –, recorded –, captioned –",
            ],
            id="live: nothing is known yet",
        ),
    ],
)
def test_show_says_how_much_of_each_speaker_came_how_far(tmp_path: Path, room_id: str, lines: list[str]) -> None:
    shown = said(tmp_path, show, room_id)
    assert [line for line in shown if "captured" in line or "gap:" in line] == lines


def test_show_says_where_only_the_rules_have_read_a_room_until_the_model_has(tmp_path: Path, served: Served) -> None:
    served.do(served.open("rules"))
    served.request("POST", "/rooms/rules/close")
    served.do(served.house.finish("rules", by_model=False))
    assert [line for line in said(tmp_path, show, "rules") if "by the model" in line] == [
        "not screened by the model: it was away; this will be done again when it is back"
    ]
    served.do(served.house.screen("rules", by_model=True))
    assert not [line for line in said(tmp_path, show, "rules") if "by the model" in line]


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("room_id", ["live", "tea"])
def test_show_does_not_blame_the_model_for_a_room_it_has_read_or_is_yet_to_read(tmp_path: Path, room_id: str) -> None:
    assert not [line for line in said(tmp_path, show, room_id) if "by the model" in line]


def test_trim_sets_where_listeners_begin_and_0_takes_it_back(tmp_path: Path, served: Served) -> None:
    assert said(tmp_path, trim, "tea", "--start", "1.5") == ["Listeners begin at 1.5 s"]
    assert served.request("GET", "/rooms/tea")["trim_start_ms"] == 1_500
    assert said(tmp_path, trim, "tea", "--start", "0") == ["Listeners begin at 0 s"]
    assert served.request("GET", "/rooms/tea")["trim_start_ms"] == 0


def test_one_speakers_voice_is_written_to_a_file_named_after_the_room(tmp_path: Path, served: Served) -> None:
    served.do(keep_parts(served.house))
    (written,) = said(tmp_path, export, "tea", "--format", "m4a", "--speaker", "Anna", str(tmp_path))
    sound = decoded(Path(written))
    assert Path(written) == tmp_path / "tea.m4a"
    assert sound.size / RATE_HZ == pytest.approx(2, abs=0.1)


async def keep_parts(house: House) -> None:
    """Two seconds of Anna."""
    store = MemoryStore()
    await recorded(store, {"anna": chunks("audio/ogg", 2, track_id="anna")}, {"anna": "audio/ogg"})
    for found in await store.list("rooms/r/tracks/"):
        await house.store.put(found.key.replace("rooms/r/", "rooms/tea/"), await store.get(found.key))


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    ("command", "arguments", "error"),
    [
        pytest.param(trim, ["tea", "--start", "6"], Invalid, id="a start behind the end"),
        pytest.param(trim, ["live", "--start", "1"], Invalid, id="a start of what is not finished"),
        pytest.param(trim, ["nowhere", "--start", "1"], Missing, id="no such room"),
        pytest.param(export, ["tea", "--format", "m4a", "--speaker", "Nobody"], Missing, id="no such speaker"),
        pytest.param(export, ["tea", "--format", "vtt", "--speaker", "Anna"], Invalid, id="captions of one"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, command: click.Command, arguments: list[str], error: type[EarwitnessError]
) -> None:
    target = [str(tmp_path / "out")] if command is export else []
    with pytest.raises(error):
        said(tmp_path, command, *arguments, *target)
    assert not (tmp_path / "out").exists()
