"""A room's transcript in; a caption file as text out: WebVTT, SRT, TTML, JSON or plain text."""

from collections.abc import Callable
from html import escape
from xml.sax.saxutils import quoteattr

import msgspec

from processors.cues import CORRECTED, Cue, clean, cues
from processors.norms import ALL, Norms
from schemas.captions import Caption, Transcript
from schemas.errors import Invalid


def render(transcript: Transcript, name: str, norms: Norms = ALL) -> str:
    """Make the file that `name` (a key of `FORMATS`) stands for; raises `Invalid("format_unknown")`."""
    if name not in FORMATS:
        detail = f"no caption format {name!r}; there are {', '.join(FORMATS)}"
        raise Invalid("format_unknown", detail, field="format")
    return FORMATS[name](transcript, norms)


def to_vtt(transcript: Transcript, norms: Norms) -> str:
    """WebVTT (W3C) with a voice span for the speaker of each cue, and a class span where a person corrected it."""
    note = f"NOTE heard by {transcript.engine} {transcript.model}".replace("-->", "->")
    blocks = ["WEBVTT", clean(note), *map(_vtt_cue, cues(transcript.captions, norms))]
    return "\n\n".join(blocks) + "\n"


def vtt_of(transcript: Transcript, header: str, start_ms: int, end_ms: int) -> str:
    """WebVTT with a line behind its signature, of the cues that are to be seen between two times."""
    shown = (cue for cue in cues(transcript.captions, ALL) if cue.start_ms < end_ms and cue.end_ms > start_ms)
    return "\n\n".join((f"WEBVTT\n{header}", *map(_vtt_cue, shown))) + "\n"


def to_srt(transcript: Transcript, norms: Norms) -> str:
    """SubRip: numbered cues; the speaker's name stands before the words where the speaker changes."""
    shown = cues(transcript.captions, norms, labelled=True)
    return "\n".join(_srt_cue(number, cue) for number, cue in enumerate(shown, start=1))


def to_ttml(transcript: Transcript, norms: Norms) -> str:
    """TTML 2 in the IMSC 1.1 text profile (W3C): one region at the bottom, one agent for each speaker."""
    shown = cues(transcript.captions, norms, labelled=True)
    agents = {speaker: f"speaker{n}" for n, speaker in enumerate(dict.fromkeys(cue.speaker for cue in shown))}
    language = next((caption.language for caption in transcript.captions), "en")
    return _TTML.format(
        language=quoteattr(language),
        title=escape(clean(transcript.title), quote=False),
        agents="\n".join(_ttml_agent(agent, speaker) for speaker, agent in agents.items()),
        cues="\n".join(_ttml_cue(cue, agents[cue.speaker]) for cue in shown),
    )


def to_json(transcript: Transcript, norms: Norms) -> str:
    """The transcript itself, words and all."""
    return msgspec.json.format(msgspec.json.encode(transcript), indent=1).decode() + "\n"


def to_text(transcript: Transcript, norms: Norms) -> str:
    """One line for each utterance: time, speaker, words."""
    return "".join(map(_text_line, transcript.captions))


def _text_line(caption: Caption) -> str:
    mark = f" {CORRECTED}" if caption.corrected_by else ""
    return f"[{_clock(caption.start_ms)[:-4]}] {clean(caption.speaker)}: {clean(caption.text)}{mark}\n"


def _vtt_cue(cue: Cue) -> str:
    text = "\n".join(escape(line, quote=False) for line in cue.lines)
    marked = f"<c.corrected>{text}</c>" if cue.corrected else text
    voice = escape(cue.speaker, quote=False)
    return f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}\n<v {voice}>{marked}"


def _srt_cue(number: int, cue: Cue) -> str:
    """SubRip has no escapes: what a reader would take for a time or a tag is written another way."""
    text = "\n".join(cue.lines).replace("-->", "→").replace("<", "‹")
    times = f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}".replace(".", ",")
    return f"{number}\n{times}\n{text}\n"


def _ttml_agent(agent: str, speaker: str) -> str:
    name = escape(speaker, quote=False)
    return f'      <ttm:agent xml:id="{agent}" type="person"><ttm:name type="full">{name}</ttm:name></ttm:agent>'


def _ttml_cue(cue: Cue, agent: str) -> str:
    text = "<br/>".join(escape(line, quote=False) for line in cue.lines)
    times = f'begin="{_clock(cue.start_ms)}" end="{_clock(cue.end_ms)}"'
    role = ' ttm:role="x-corrected"' if cue.corrected else ""
    return f'      <p {times} region="bottom" ttm:agent="{agent}"{role}>{text}</p>'


def _clock(ms: int) -> str:
    """`HH:MM:SS.mmm`"""
    seconds, millis = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{millis:03}"


_TTML = """\
<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" \
xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xmlns:tts="http://www.w3.org/ns/ttml#styling" \
ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text" ttp:timeBase="media" xml:lang={language}>
  <head>
    <metadata>
      <ttm:title>{title}</ttm:title>
{agents}
    </metadata>
    <styling>
      <style xml:id="plain" tts:fontFamily="proportionalSansSerif" tts:fontSize="100%" tts:textAlign="center" \
tts:color="white" tts:backgroundColor="black"/>
    </styling>
    <layout>
      <region xml:id="bottom" tts:origin="10% 80%" tts:extent="80% 15%" tts:displayAlign="after"/>
    </layout>
  </head>
  <body style="plain">
    <div>
{cues}
    </div>
  </body>
</tt>
"""

FORMATS: dict[str, Callable[[Transcript, Norms], str]] = {
    "vtt": to_vtt,
    "srt": to_srt,
    "ttml": to_ttml,
    "json": to_json,
    "txt": to_text,
}
"""Caption files by the ending of their names."""
