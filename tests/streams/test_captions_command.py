"""`earwitness captions check` ends with 1 where a file breaks a norm, and says which cue, rule and figure."""

import json
from pathlib import Path

from click.testing import CliRunner

from streams.cli.captions import captions

FINE = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nGood evening.\n"
LONG = FINE.replace("03.000", "09.000")


def checked(tmp_path: Path, text: str, *options: str) -> tuple[int, str]:
    file = tmp_path / "room.vtt"
    file.write_text(text)
    done = CliRunner().invoke(captions, ["check", str(file), *options])
    return done.exit_code, done.output


def test_a_file_within_the_norms_ends_with_0(tmp_path: Path) -> None:
    assert checked(tmp_path, FINE) == (0, "1 cues, 0 findings (all profiles)\n")


def test_a_breach_ends_with_1_and_one_line_says_it(tmp_path: Path) -> None:
    status, said = checked(tmp_path, LONG, "--profile", "bbc")
    assert status == 1
    assert said.splitlines()[0] == "cue 1 at 0:01.000: longest_ms 8000, allowed 7000"


def test_json_has_every_finding_with_its_figures(tmp_path: Path) -> None:
    status, said = checked(tmp_path, LONG, "--json")
    (finding,) = json.loads(said)["findings"]
    assert (status, finding) == (
        1,
        {"cue": 1, "start_ms": 1000, "rule": "longest_ms", "found": 8000.0, "allowed": 7000.0},
    )
