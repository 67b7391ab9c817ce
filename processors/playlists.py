"""A recording's length, captions and kept playlist in; the playlists that HLS players are given out (RFC 8216).

Room time is the time of the media: a trimmed playlist leaves segments out and says where in the first of them to begin,
so the segments of the captions stay the same.
"""

import re

from processors.pieces import FRAME
from processors.subtitles import vtt_of
from processors.timeline import RATE_HZ
from schemas.captions import Transcript

AUDIO, CAPTIONS = "audio.m3u8", "captions.m3u8"

CAPTIONS_S = 60
"""A segment of captions; RFC 8216, 6.2.4 lets subtitles of a recording have a target duration of their own."""

BANDWIDTH = 128_000
"""What an upper bound for 96 kbit/s with its containers is rounded to."""

_PRIMED = FRAME * 90_000 // RATE_HZ  # the segments begin with the encoder's priming, 21.3 ms: MPEG's clock is 90 kHz
_SEGMENT = re.compile(r"#EXTINF:([\d.]+),[^\n]*\n[^\n#]+\n")


def multivariant(language: str | None) -> str:
    """The playlist to open: the sound, and captions in `language` where there are any."""
    captions = (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="Captions",LANGUAGE="{language}",DEFAULT=YES,'
        f'AUTOSELECT=YES,FORCED=NO,URI="{CAPTIONS}"\n'
    )
    group = ',SUBTITLES="captions"' if language else ""
    return (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        f"{captions if language else ''}"
        f'#EXT-X-STREAM-INF:BANDWIDTH={BANDWIDTH},CODECS="mp4a.40.2"{group}\n{AUDIO}\n'
    )


def trimmed_playlist(playlist: str, start_ms: int) -> str:
    """A media playlist without the segments that end before `start_ms`, and where in the first to begin."""
    if not start_ms:
        return playlist
    begins = left_out = 0.0
    keep_from = 0
    for found in _SEGMENT.finditer(playlist):
        begins += float(found[1])
        if begins > start_ms / 1000:
            break
        left_out, keep_from = begins, found.end()
    first = _SEGMENT.search(playlist)
    head = playlist[: first.start()] if first else playlist
    rest = playlist[max(keep_from, len(head)) :]
    return f"{head}#EXT-X-START:TIME-OFFSET={start_ms / 1000 - left_out:.3f},PRECISE=YES\n{rest}"


def captions_playlist(duration_ms: int) -> str:
    """The segments of captions of a whole recording."""
    lengths = [
        min(CAPTIONS_S, duration_ms / 1000 - start) for start in range(0, max(1, -(-duration_ms // 1000)), CAPTIONS_S)
    ]
    head = (
        f"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{CAPTIONS_S}\n"
        "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n"
    )
    segments = (f"#EXTINF:{length:.3f},\ncaptions{n}.vtt\n" for n, length in enumerate(lengths))
    return f"{head}{''.join(segments)}#EXT-X-ENDLIST\n"


def captions_segment(transcript: Transcript, number: int) -> str:
    """WebVTT of the cues that are to be seen in segment `number`; one on a bound is in both (RFC 8216, 3.5)."""
    start_ms = number * CAPTIONS_S * 1000
    clock = f"X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:{_PRIMED}"
    return vtt_of(transcript, clock, start_ms, start_ms + CAPTIONS_S * 1000)
