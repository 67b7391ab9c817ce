"""A caption file's text in (WebVTT, SRT or TTML); what it shows, cue by cue, out, whoever wrote it."""

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from schemas.errors import Malformed

TTML = "{http://www.w3.org/ns/ttml}"
_TIME = r"(?:(\d{1,3}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
_TIMING = re.compile(rf"{_TIME} +--> +{_TIME}(?:[ \t].*)?")
_OFFSET_UNITS_MS = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s)")
_TAG = re.compile(r"</?[^>]*>")
_RAW_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|lrm|rlm|nbsp|#\d+|#x[0-9A-Fa-f]+);)")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One cue of a file, the `number`th; `unescaped` says that its markup or its `&` are not what the format allows."""

    number: int
    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    unescaped: bool = False


def parse(text: str, ending: str) -> list[Shown]:
    """The cues of a file whose name has this `ending`; raises `Malformed` naming the line or element."""
    if ending not in PARSERS:
        detail = f"no caption file ends in {ending!r}; there are {', '.join(PARSERS)}"
        raise Malformed("format_unknown", detail, field="FILE")
    return list(PARSERS[ending](text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")))


def _vtt(text: str) -> Iterator[Shown]:
    """WebVTT (W3C), 4.1: header, then blocks between blank lines; notes, styles and regions show nothing."""
    if not re.match(r"WEBVTT(?:[ \t\n]|$)", text):
        raise Malformed("header_missing", "line 1: a WebVTT file begins with WEBVTT", field="FILE")
    numbers = count(1)
    for first_line, lines in _blocks(text):
        if first_line > 1 and not re.match(r"(NOTE|STYLE|REGION)\b", lines[0]):
            timing, payload = _split(first_line, lines)
            yield _cue(next(numbers), timing, payload, unescaped=_vtt_unescaped("\n".join(payload)))


def _srt(text: str) -> Iterator[Shown]:
    for number, (first_line, lines) in enumerate(_blocks(text), start=1):
        timing, payload = _split(first_line, lines)
        yield _cue(number, timing, payload, unescaped="-->" in "\n".join(payload))


def _ttml(text: str) -> Iterator[Shown]:
    """TTML 2 with clock or offset times on its paragraphs, as IMSC text profiles have them."""
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise Malformed("xml_malformed", f"line {error.position[0]}: {error}", field="FILE") from error
    for number, shown in enumerate(root.iter(f"{TTML}p"), start=1):
        start_ms, end_ms = (_ttml_ms(shown.get(name, ""), number) for name in ("begin", "end"))
        yield Shown(number=number, start_ms=start_ms, end_ms=end_ms, lines=tuple(_ttml_text(shown).split("\n")))


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines that are not blank, each with the number of its first line."""
    run: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            run.append(line)
        elif run:
            yield number - len(run), run
            run = []


def _split(first_line: int, lines: list[str]) -> tuple[tuple[int, int], list[str]]:
    """A block's times and the lines behind them; an identifier or number may stand before."""
    for at, line in enumerate(lines[:2]):
        if found := _TIMING.fullmatch(line.strip()):
            parts = [int(part or 0) for part in found.groups()]
            return (_ms(parts[:4]), _ms(parts[4:])), lines[at + 1 :]
    raise Malformed(
        "timing_malformed", f"line {first_line}: no times as in 00:00:01.000 --> 00:00:02.000", field="FILE"
    )


def _cue(number: int, timing: tuple[int, int], payload: list[str], *, unescaped: bool) -> Shown:
    lines = tuple(html.unescape(_TAG.sub("", line)) for line in payload)
    return Shown(number=number, start_ms=timing[0], end_ms=timing[1], lines=lines, unescaped=unescaped)


def _vtt_unescaped(payload: str) -> bool:
    rest = _TAG.sub("", payload)
    return "<" in rest or "-->" in payload or _RAW_AMPERSAND.search(rest) is not None


def _ttml_text(element: ET.Element) -> str:
    parts = [element.text or ""]
    for child in element:
        parts += ["\n" if child.tag == f"{TTML}br" else _ttml_text(child), child.tail or ""]
    return "".join(parts)


def _ttml_ms(time: str, number: int) -> int:
    if found := re.fullmatch(_TIME, time):
        return _ms([int(part or 0) for part in found.groups()])
    if found := _OFFSET.fullmatch(time):
        return round(float(found[1]) * _OFFSET_UNITS_MS[found[2]])
    raise Malformed("timing_malformed", f"p {number}: {time!r} is no time we know", field="FILE")


def _ms(parts: list[int]) -> int:
    hours, minutes, seconds, millis = parts
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + millis


PARSERS: dict[str, Callable[[str], Iterator[Shown]]] = {"vtt": _vtt, "srt": _srt, "ttml": _ttml, "xml": _ttml}
"""By the ending of a file's name."""
