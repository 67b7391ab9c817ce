"""The crash bench counts what is lost, doubled or changed; kills all alike; and its smallest run ends whole."""

import time
from pathlib import Path

import pytest

from bench.crash import sounds
from bench.crash.client import Ledger
from bench.crash.comparing import compared, sent
from bench.crash.killing import Killer, Target
from bench.crash.rooms import tracks_of
from bench.crash.run import crashed
from processors.parts import stored_chunk
from schemas.audio import StoredChunk

TRACK = tuple(sounds.l16(1, "r", "t", 1_760_000_000_000, 2))


def kept(*sequences: int) -> list[StoredChunk]:
    return [stored_chunk(TRACK[n], 0, n) for n in sequences]


@pytest.mark.parametrize(
    ("stored", "missing", "duplicated"),
    [
        pytest.param(kept(*range(8)), (), 0, id="whole"),
        pytest.param(kept(0, 1, 2, 4, 5, 7), ("r/t/3", "r/t/6"), 0, id="two lost"),
        pytest.param(kept(*range(8), 3, 3), (), 2, id="one stored three times"),
        pytest.param([], tuple(f"r/t/{n}" for n in range(8)), 0, id="nothing"),
    ],
)
def test_what_is_stored_is_compared_with_what_was_sent(
    stored: list[StoredChunk], missing: tuple[str, ...], duplicated: int
) -> None:
    found = compared("r/t", sent(TRACK), stored)
    assert (found.missing, found.duplicated, found.mismatches) == (missing, duplicated, 0)


def test_other_bytes_are_a_mismatch_whatever_digest_stands_beside_them() -> None:
    import msgspec

    changed = msgspec.structs.replace(kept(0)[0], data=b"other")
    found = compared("r/t", sent(TRACK), [changed, *kept(*range(1, 8))])
    assert (found.missing, found.mismatches) == ((), 1)


def test_a_seed_always_gives_the_same_sound_and_no_two_tracks_share_a_chunk() -> None:
    again = tuple(sounds.l16(1, "r", "t", 1_760_000_000_000, 2))
    other = tuple(sounds.l16(1, "r", "u", 1_760_000_000_000, 2))
    assert again == TRACK
    assert not {chunk.data for chunk in TRACK} & {chunk.data for chunk in other}
    assert {track.way for track in tracks_of("r", 1, 0, 2)} == {"sdk", "http", "socket"}


def test_each_target_is_killed_as_often_as_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.crash.killing.PAUSE_S", (0.0, 0.001))
    monkeypatch.setattr("bench.crash.killing.LOOK_S", 0.001)
    killer = ended(Killer([Target(name, lambda: True, lambda: True) for name in "abc"], 9, seed=3))
    assert killer.counts == {"a": 3, "b": 3, "c": 3}
    assert {name: len(took) for name, took in killer.back_s.items()} == {"a": 3, "b": 3, "c": 3}


def ended(killer: Killer) -> Killer:
    killer.start()
    until = time.monotonic() + 10
    while not killer.done and time.monotonic() < until:
        time.sleep(0.01)
    assert killer.done
    return killer


def test_the_next_kill_waits_until_the_last_victim_is_back_unless_it_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """`a` is asked three times until it is back, `b` never comes back in time, for `c` nobody waits."""
    for name, value in (("PAUSE_S", (0.0, 0.001)), ("LOOK_S", 0.001), ("BACK_S", 0.05)):
        monkeypatch.setattr(f"bench.crash.killing.{name}", value)
    happened: list[str] = []

    def target(name: str, tries: int, *, slow: bool = False) -> Target:
        def kill() -> bool:
            happened.append(f"kill {name}")
            return True

        def back() -> bool:
            happened.append(name)
            return happened.count(name) % tries == 0

        return Target(name, kill, back, slow)

    killer = ended(Killer([target("a", 3), target("b", 10**9), target("c", 1, slow=True)], 3, seed=1))
    at = happened.index("kill a")
    assert happened[at : at + 4] == ["kill a", "a", "a", "a"]
    assert (len(killer.back_s["a"]), killer.back_s["b"], killer.not_back, happened.count("c")) == (1, [], 1, 0)


def test_a_ledger_outlives_its_writer_in_the_middle_of_a_line(tmp_path: Path) -> None:
    Ledger(tmp_path).note(41)
    with (tmp_path / "ledger").open("ab") as file:
        file.write(b"4")
    assert Ledger(tmp_path).done == 41


@pytest.mark.embedded
@pytest.mark.timeout(300)
def test_five_kills_lose_double_and_change_nothing() -> None:
    report = crashed(5, 3, "embedded", rooms=1, seconds=6)
    assert set(report.by_target.values()) == {1}
    assert report.chunks_stored == report.chunks_sent > 0
    assert report.whole, report
    assert report.seconds_recorded == pytest.approx(report.seconds_sent, abs=0.2)
