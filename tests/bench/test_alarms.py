"""Ordinary talk is cut into captions of its speakers, and each passage that opens a case counts once."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.alarms import alarms_in, captions_of
from bench.transcripts import LINE_WORDS, lines_of
from processors.screening.policy import shipped_policy
from schemas.errors import Missing

NLP = """token|speaker|ts|endTs|punctuation|prepunctuation|case|tags|oldTs|oldEndTs|ali_comment
Good|1|||||UC|[]|||
day|1|||.||LC|[]|||
The|1|||||UC|[]|||
"|1|||||LC|[]|||
onions|1|||||LC|[]|||
Hello|2|||,||UC|[]|||
"""


class Onions:
    """A classifier that hates one word."""

    name = "onions@1"

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [{"hate": 0.9 if "onions" in text else 0.1} for text in texts]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "call.nlp").write_text(NLP, "utf-8")
    (tmp_path / "notes.md").write_text("onions", "utf-8")
    return tmp_path


def test_a_line_ends_with_its_sentence_or_its_speaker(folder: Path) -> None:
    assert list(lines_of(folder / "call.nlp")) == [("1", "Good day."), ("1", 'The " onions'), ("2", "Hello,")]


def test_a_text_without_full_stops_is_cut_into_breaths(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("word " * (2 * LINE_WORDS + 3), "utf-8")
    assert [len(line.split()) for _, line in lines_of(path)] == [LINE_WORDS, LINE_WORDS, 3]


def test_words_take_the_time_of_the_pace(folder: Path) -> None:
    captions = list(captions_of(folder / "call.nlp", words_per_minute=60))
    assert [(one.track_id, one.start_ms, one.end_ms) for one in captions] == [
        ("1", 0, 2_000),
        ("1", 2_000, 5_000),
        ("2", 5_000, 6_000),
    ]


def test_a_passage_is_one_alarm_however_often_it_grows(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("I like onions. And onions again. More onions still.", "utf-8")
    report = alarms_in(tmp_path, 160, shipped_policy(), Onions())
    assert (report.files, report.alarms) == (1, 1)
    assert report.alarms_per_hour == pytest.approx(1 / (9 / 160 / 60), rel=0.05)
    assert report.examples[0].marks == ("model:onions@1",)


def test_transcripts_read_side_by_side_give_the_same_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(f"I like onions, says {name}. Good day.", "utf-8")
    side_by_side = alarms_in(tmp_path, 160, shipped_policy(), Onions(), at_once=3)
    assert side_by_side == alarms_in(tmp_path, 160, shipped_policy(), Onions())
    assert [alarm.file for alarm in side_by_side.examples] == ["a.txt", "b.txt", "c.txt"]
    assert "3/3 transcripts, 1 alarms" in capsys.readouterr().err


def test_calm_talk_has_no_alarm(folder: Path) -> None:
    (folder / "call.nlp").write_text(NLP.replace("onions", "beans"), "utf-8")
    assert alarms_in(folder, 160, shipped_policy(), Onions()).alarms == 0


def test_a_folder_without_transcripts_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        alarms_in(tmp_path, 160, shipped_policy(), Onions())
