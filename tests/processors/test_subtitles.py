"""Caption files are what players take: they parse, keep the norms, and carry every word that was said."""

import re
import xml.etree.ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.captionchecks import breaches
from processors.captionfiles import parse
from processors.cues import clean, cues
from processors.norms import ALL, PROFILES, Norms
from processors.subtitles import FORMATS, render
from schemas.captions import Caption, Transcript, Word
from schemas.errors import Invalid

TT = {"tt": "http://www.w3.org/ns/ttml", "ttm": "http://www.w3.org/ns/ttml#metadata"}
TIME = r"(\d{2,}):([0-5]\d):([0-5]\d)[.,](\d{3})"


def caption(text: str, start_ms: int = 0, *, speaker: str = "Anna", word_ms: int = 300, gap_ms: int = 100) -> Caption:
    words, at = [], start_ms
    for word in text.split():
        words.append(Word(text=word, start_ms=at, end_ms=at + word_ms, probability=0.9))
        at += word_ms + gap_ms
    end_ms = words[-1].end_ms if words else start_ms
    return Caption(
        room_id="r", track_id=speaker, speaker=speaker, caption_id=f"{speaker}-{start_ms}", pass_name="final",
        status="final", start_ms=start_ms, end_ms=end_ms, text=text, words=tuple(words), settled=0, language="en",
        confidence=0.9, engine="e", model="m", emitted_ms=0,
    )  # fmt: skip


def transcript(*captions: Caption) -> Transcript:
    ordered = tuple(sorted(captions, key=lambda one: one.start_ms))
    return Transcript(room_id="r", title="A & B <talk>", duration_ms=60_000, engine="e", model="m", captions=ordered)


def parsed_vtt(text: str) -> list[tuple[int, int, str, str]]:
    """(start, end, voice, text) of each cue, strictly by the grammar of W3C WebVTT, sections 4.1 and 4.2."""
    header, *blocks = text.removesuffix("\n").split("\n\n")
    assert header == "WEBVTT"
    found = []
    for block in blocks:
        if block.startswith("NOTE"):
            assert "-->" not in block
            continue
        timing, *lines = block.split("\n")
        match = re.fullmatch(f"{TIME} --> {TIME}", timing)
        assert match, timing
        payload = "\n".join(lines)
        assert "-->" not in payload
        voiced = re.fullmatch(r"<v ([^>\n]*)>([^<]*)", payload)
        assert voiced, payload
        assert not re.search(r"&(?!amp;|lt;|gt;)", payload)
        parts = [int(part) for part in match.groups()]
        found.append((_ms(parts[:4]), _ms(parts[4:]), _unescaped(voiced[1]), _unescaped(voiced[2])))
    return found


def _ms(parts: list[int]) -> int:
    hours, minutes, seconds, millis = parts
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + millis


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


LONG = (
    "Tonight we talk about the garden, the night bus, and the summer market. Tom, I saw you in the garden today. "
    "How are the beans? They are very well, thank you, and there are far too many onions for one family to eat."
)


def test_long_speech_breaks_after_sentences_and_clauses() -> None:
    shown = [" ".join(cue.lines) for cue in cues([caption(LONG)])]
    assert shown[0] == "Tonight we talk about the garden, the night bus, and the summer market."
    assert all(text.endswith((".", ",", "?")) for text in shown)
    assert " ".join(shown) == LONG


def test_a_long_silence_within_an_utterance_ends_a_cue() -> None:
    first, second = caption("one two"), caption("three four", 9_000)
    joined = msgspec.structs.replace(first, words=first.words + second.words, end_ms=second.end_ms)
    assert [cue.lines for cue in cues([joined])] == [("one two",), ("three four",)]


def test_two_lines_are_balanced() -> None:
    (cue,) = cues([caption("This room is being recorded, and everyone can see it.", word_ms=200)])
    assert [len(line) for line in cue.lines] == pytest.approx([28, 24], abs=8)


def test_two_people_who_speak_at_once_are_shown_one_after_the_other() -> None:
    shown = cues(transcript(caption("one two three"), caption("four five", 500, speaker="Tom")).captions)
    assert [cue.speaker for cue in shown] == ["Anna", "Tom"]
    assert shown[0].end_ms + ALL.gap_ms <= shown[1].start_ms


def test_speech_too_long_for_a_cue_breaks_at_a_breath_where_no_clause_ends() -> None:
    words = caption("and then we walked along the river until the sun went down behind the old mill and")
    breath_after = 8
    moved = tuple(
        msgspec.structs.replace(word, start_ms=word.start_ms + 400, end_ms=word.end_ms + 400)
        for word in words.words[breath_after:]
    )
    (first, *_) = cues([msgspec.structs.replace(words, words=words.words[:breath_after] + moved)])
    assert " ".join(first.lines) == "and then we walked along the river until"


def test_words_without_times_share_the_time_of_their_caption() -> None:
    bare = msgspec.structs.replace(caption("one two"), words=(), end_ms=4_000)
    (cue,) = cues([bare])
    assert (cue.start_ms, cue.end_ms, cue.lines) == (0, 4_000, ("one two",))


def test_an_empty_caption_is_not_shown() -> None:
    assert cues([caption("")]) == []


def test_languages_without_spaces_are_joined_without_them() -> None:
    (cue,) = cues([msgspec.structs.replace(caption("今日 は"), language="ja")])
    assert cue.lines == ("今日は",)


WORD = st.text(min_size=1, max_size=60)
TALK = st.builds(
    lambda words, start_ms, speaker, word_ms, gap_ms: caption(
        " ".join(words), start_ms, speaker=speaker, word_ms=word_ms, gap_ms=gap_ms
    ),
    st.lists(st.sampled_from(["a", "so,", "fellow", "Americans.", "x" * 50, "-->", "<b>", "R&D"]) | WORD, max_size=40),
    st.integers(0, 50_000),
    st.sampled_from(["Anna", "Tom", "<Bo> & \n-->"]),
    st.integers(0, 9_000),
    st.integers(0, 3_000),
)


@pytest.mark.parametrize("norms", [ALL, *PROFILES.values()], ids=["all", *PROFILES])
@pytest.mark.parametrize("ending", ["vtt", "srt", "ttml"])
@given(talk=st.lists(TALK, max_size=6))
def test_whatever_is_said_the_files_we_write_pass_our_own_checker(
    norms: Norms, ending: str, talk: list[Caption]
) -> None:
    assert breaches(parse(render(transcript(*talk), ending, norms), ending), norms) == []


@given(talk=st.lists(TALK, max_size=6))
def test_a_file_for_no_profile_passes_all_of_them(talk: list[Caption]) -> None:
    written = parse(render(transcript(*talk), "vtt"), "vtt")
    assert [breaches(written, norms) for norms in PROFILES.values()] == [[]] * len(PROFILES)


@given(st.lists(TALK, max_size=6))
def test_whatever_is_said_webvtt_parses_and_says_it(talk: list[Caption]) -> None:
    made = transcript(*talk)
    shown = parsed_vtt(render(made, "vtt"))
    assert [start for start, *_ in shown] == sorted(start for start, *_ in shown)
    for speaker in {one.speaker for one in talk}:
        said = "".join(clean(w.text) for one in made.captions if one.speaker == speaker for w in one.words)
        told = "".join(text for *_, voice, text in shown if voice == clean(speaker))
        assert sorted(re.sub(r"\s", "", told)) == sorted(re.sub(r"\s", "", said))  # captions here may overlap


@given(st.lists(TALK, max_size=6))
def test_whatever_is_said_ttml_is_well_formed_and_names_who_says_it(talk: list[Caption]) -> None:
    root = ET.fromstring(render(transcript(*talk), "ttml"))
    agents = {agent.get("{http://www.w3.org/XML/1998/namespace}id") for agent in root.iterfind(".//ttm:agent", TT)}
    for shown in root.iterfind(".//tt:p", TT):
        assert shown.get("{http://www.w3.org/ns/ttml#metadata}agent") in agents
        assert re.fullmatch(TIME, shown.get("begin", ""))
        assert re.fullmatch(TIME, shown.get("end", ""))


@given(st.lists(TALK, max_size=6))
def test_whatever_is_said_srt_is_numbered_and_has_no_stray_arrow(talk: list[Caption]) -> None:
    blocks = [block for block in render(transcript(*talk), "srt").split("\n\n") if block]
    for number, block in enumerate(blocks, start=1):
        first, timing, *lines = block.strip("\n").split("\n")
        assert int(first) == number
        assert re.fullmatch(f"{TIME} --> {TIME}", timing)
        assert not any("-->" in line for line in lines)


def test_ttml_claims_its_profile_and_language() -> None:
    root = ET.fromstring(render(transcript(caption("one")), "ttml"))
    profile = root.get("{http://www.w3.org/ns/ttml#parameter}contentProfiles")
    assert profile == "http://www.w3.org/ns/ttml/profile/imsc1.1/text"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert root.findtext(".//ttm:title", namespaces=TT) == "A & B <talk>"


def test_srt_names_the_speaker_when_it_changes() -> None:
    made = transcript(caption("one"), caption("two", 2_000), caption("three", 4_000, speaker="Tom"))
    assert render(made, "srt").split("\n")[2::4] == ["Anna: one", "two", "Tom: three"]


def test_what_a_person_corrected_is_marked_in_every_format() -> None:
    made = transcript(msgspec.structs.replace(caption("one"), corrected_by="mo", heard="won"))
    marks = {"vtt": "<c.corrected>one</c>", "srt": "one [corrected]", "ttml": 'ttm:role="x-corrected"',
             "txt": "one [corrected]", "json": '"corrected_by": "mo"'}  # fmt: skip
    assert [name for name, mark in marks.items() if mark not in render(made, name)] == []


def test_text_has_a_line_for_each_utterance() -> None:
    made = transcript(caption("one two", 3_723_000), caption("three", 3_724_000, speaker="Tom"))
    assert render(made, "txt") == "[01:02:03] Anna: one two\n[01:02:04] Tom: three\n"


def test_json_is_the_whole_transcript() -> None:
    made = transcript(caption(LONG))
    assert msgspec.json.decode(render(made, "json"), type=Transcript) == made


def test_an_empty_transcript_makes_valid_files() -> None:
    made = transcript()
    assert parsed_vtt(render(made, "vtt")) == []
    ET.fromstring(render(made, "ttml"))
    assert [render(made, name) for name in ("srt", "txt")] == ["", ""]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        render(transcript(), "doc")
    assert refusal.value.reason == "format_unknown"
    assert set(FORMATS) == {"vtt", "srt", "ttml", "json", "txt"}
