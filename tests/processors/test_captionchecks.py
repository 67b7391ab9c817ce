"""The checker finds every breach of a norm, says where and how much, and finds none where there is none."""

import pytest

from processors.captionchecks import breaches
from processors.captionfiles import parse
from processors.norms import PROFILES, norms_of
from schemas.errors import Invalid, Malformed

NETFLIX, BBC = PROFILES["netflix"], PROFILES["bbc"]
FINE = "00:00:01.000 --> 00:00:03.000\nGood evening.\n"


def vtt(*cues: str) -> str:
    return "WEBVTT\n\n" + "\n".join(cues)


def rules(text: str, ending: str = "vtt", norms: object = NETFLIX) -> list[tuple[int, str]]:
    return [(breach.cue, breach.rule) for breach in breaches(parse(text, ending), norms)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(vtt(FINE), [], id="fine"),
        pytest.param(vtt("NOTE 1\n", "STYLE\n::cue {}\n", FINE), [], id="notes-and-styles-show-nothing"),
        pytest.param(vtt("00:01.000 --> 00:03.000 line:0\n<v Anna>Good &amp; well.\n"), [], id="voice-and-settings"),
        pytest.param(vtt("1\n00:00:01.000 --> 00:00:06.000\n" + "a" * 43 + "\n"), [(1, "line_chars")], id="line"),
        pytest.param(vtt("00:00:01.000 --> 00:00:03.000\na\nb\nc\n"), [(1, "lines")], id="lines"),
        pytest.param(vtt("00:00:01.000 --> 00:00:01.833\na\n"), [(1, "shortest_ms")], id="too-short"),
        pytest.param(vtt("00:00:01.000 --> 00:00:08.001\na\n"), [(1, "longest_ms")], id="too-long"),
        pytest.param(vtt("00:00:01.000 --> 00:00:03.000\n" + "a" * 35 + "\n"), [(1, "chars_per_s")], id="characters"),
        pytest.param(
            vtt("00:00:01.000 --> 00:00:02.000\na b c d\n"), [(1, "words_per_min")], id="words-a-minute"
        ),
        pytest.param(vtt(FINE, "00:00:03.083 --> 00:00:05.000\na\n"), [(2, "gap_ms")], id="gap"),
        pytest.param(vtt(FINE, "00:00:02.999 --> 00:00:05.000\na\n"), [(2, "overlap_ms")], id="overlap"),
        pytest.param(vtt(FINE, "00:00:00.000 --> 00:00:00.900\na\n"), [(2, "order")], id="order"),
        pytest.param(vtt("00:00:01.000 --> 00:00:03.000\nR&D\n"), [(1, "unescaped")], id="ampersand"),
        pytest.param(vtt("00:00:01.000 --> 00:00:03.000\na < b\n"), [(1, "unescaped")], id="less-than"),
        pytest.param(vtt("00:00:01.000 --> 00:00:03.000\n"), [(1, "empty")], id="empty"),
    ],
)  # fmt: skip
def test_each_rule_is_found_where_it_is_broken(text: str, expected: list[tuple[int, str]]) -> None:
    assert rules(text) == expected


def test_the_profiles_differ_where_their_norms_do() -> None:
    wide = vtt("00:00:01.000 --> 00:00:05.000\n" + "a" * 40 + "\n")
    assert (rules(wide), rules(wide, norms=BBC)) == ([], [(1, "line_chars")])


def test_a_finding_says_what_was_found_and_what_is_allowed() -> None:
    (breach,) = breaches(parse(vtt("00:01:01.000 --> 00:01:08.500\na\n"), "vtt"), NETFLIX)
    assert (breach.start_ms, breach.found, breach.allowed) == (61_000, 7_500, 7_000)


def test_srt_and_ttml_are_read_as_players_read_them() -> None:
    srt = "1\r\n00:00:01,000 --> 00:00:01,500\r\n<i>one</i>\r\n\r\n2\r\n00:00:03,000 --> 00:00:05,000\r\ntwo\r\n"
    assert rules(srt, "srt") == [(1, "shortest_ms")]
    ttml = '<tt xmlns="http://www.w3.org/ns/ttml"><body><p begin="1.5s" end="00:00:09.000">a<br/>b</p></body></tt>'
    assert rules(ttml, "ttml") == [(1, "longest_ms")]


@pytest.mark.parametrize(
    ("text", "ending"),
    [("no header", "vtt"), (vtt("one --> two\nx\n"), "vtt"), ("1\nx\n", "srt"), ("<tt", "ttml"),
     ('<tt xmlns="http://www.w3.org/ns/ttml"><p begin="x">a</p></tt>', "ttml"), ("", "doc")],
)  # fmt: skip
def test_what_is_no_caption_file_is_refused_and_not_called_fine(text: str, ending: str) -> None:
    with pytest.raises(Malformed):
        parse(text, ending)


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(Invalid, match="netflix, bbc"):
        norms_of("hbo")
