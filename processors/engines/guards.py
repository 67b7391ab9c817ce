"""A transcription with its scores in; the same one out, or an empty one with the reason why it cannot be trusted.

Whisper invents text where nobody spoke (Koenecke et al. 2024, doi 10.1145/3630106.3658996). Each guard has a code
that is counted and logged in place of the words.
"""

import re
import zlib
from dataclasses import dataclass, replace

from processors.engines.base import Heard


@dataclass(frozen=True, kw_only=True)
class GuardPolicy:
    """Thresholds. Those of Whisper's own decoder (Radford et al. 2022, section 4.5) unless another reason is given."""

    no_speech_prob: float = 0.6
    avg_logprob: float = -1.0
    compression_ratio: float = 2.4
    hopeless_logprob: float = -1.6
    """Below this nothing is kept, whatever the no-speech probability: a guess of every fifth token."""
    phantom_no_speech_prob: float = 0.15
    phantom_logprob: float = -0.7
    """A line that phantoms share with people is dropped when either of these says that the model was unsure."""
    tokens_per_second: float = 8.0
    tokens_at_least: int = 16
    """Fast talk has 6 tokens a second; more than 8 is a decoder running in a circle."""

    draft_tokens_per_second: float = 6.0
    draft_tokens_at_least: int = 8
    """A draft that runs in a circle is cut there: the decoder's time goes with its tokens, and the final comes yet."""

    def most_draft_tokens(self, seconds: float) -> int:
        """The most tokens that are worth decoding for a draft of so much speech."""
        return self.draft_tokens_at_least + round(seconds * self.draft_tokens_per_second)

    def most_tokens(self, seconds: float) -> int:
        """The most tokens that so much speech can hold."""
        return self.tokens_at_least + round(seconds * self.tokens_per_second)


@dataclass(frozen=True, kw_only=True)
class PhantomLine:
    """A line that Whisper writes over silence. `spoken` ones are also said by people and need a second sign."""

    line: str
    reason: str
    spoken: bool


_SIGN_OFF = "closing line of videos, learnt from their subtitles"
_CREDIT = "credit of a subtitler, never spoken"
_FILLER = "shortest frequent line, written when the decoder has nothing to go on"

PHANTOM_LINES = (
    PhantomLine(line="thank you", reason=_SIGN_OFF, spoken=True),
    PhantomLine(line="thank you very much", reason=_SIGN_OFF, spoken=True),
    PhantomLine(line="thanks for watching", reason=_SIGN_OFF, spoken=True),
    PhantomLine(line="thank you for watching", reason=_SIGN_OFF, spoken=True),
    PhantomLine(line="thank you so much for watching", reason=_SIGN_OFF, spoken=True),
    PhantomLine(line="please subscribe", reason=_SIGN_OFF, spoken=True),
    PhantomLine(line="please subscribe to my channel", reason=_SIGN_OFF, spoken=True),
    PhantomLine(line="see you next time", reason=_SIGN_OFF, spoken=True),
    PhantomLine(line="bye", reason=_SIGN_OFF, spoken=True),
    PhantomLine(line="bye bye", reason=_SIGN_OFF, spoken=True),
    PhantomLine(line="the end", reason=_SIGN_OFF, spoken=True),
    PhantomLine(line="you", reason=_FILLER, spoken=True),
    PhantomLine(line="i", reason=_FILLER, spoken=True),
    PhantomLine(line="so", reason=_FILLER, spoken=True),
    PhantomLine(line="oh", reason=_FILLER, spoken=True),
    PhantomLine(line="okay", reason=_FILLER, spoken=True),
    PhantomLine(line="subtitles by the amara org community", reason=_CREDIT, spoken=False),
    PhantomLine(line="subtitles by steamteamextra", reason=_CREDIT, spoken=False),
    PhantomLine(line="transcription by castingwords", reason=_CREDIT, spoken=False),
    PhantomLine(line="untertitel der amara org community", reason=_CREDIT, spoken=False),
    PhantomLine(line="untertitelung des zdf 2020", reason=_CREDIT, spoken=False),
    PhantomLine(line="sous titres réalisés par la communauté d amara org", reason=_CREDIT, spoken=False),
)
_PHANTOMS = {phantom.line: phantom for phantom in PHANTOM_LINES}


def compression_ratio(text: str) -> float:
    """Bytes of the text by bytes of its deflation: about 1 for a sentence, above 2.4 for a loop."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


def guarded(heard: Heard, tokens: int, seconds: float, policy: GuardPolicy) -> Heard:
    """Empty `heard`, `tokens` long and made of `seconds` of speech, where a guard objects."""
    reason = _objection(heard, tokens, seconds, policy)
    return replace(heard, text="", words=(), rejected=reason) if reason else heard


def _objection(heard: Heard, tokens: int, seconds: float, policy: GuardPolicy) -> str:
    if tokens >= policy.most_tokens(seconds):
        return "runaway"
    if compression_ratio(heard.text) > policy.compression_ratio:
        return "repetitive"
    if heard.avg_logprob < policy.hopeless_logprob:
        return "improbable"
    if heard.no_speech_prob > policy.no_speech_prob and heard.avg_logprob < policy.avg_logprob:
        return "no_speech"
    return "phantom" if _is_phantom(heard, policy) else ""


def _is_phantom(heard: Heard, policy: GuardPolicy) -> bool:
    phantom = _PHANTOMS.get(_bare(heard.text))
    if phantom is None or not phantom.spoken:
        return phantom is not None
    return heard.no_speech_prob > policy.phantom_no_speech_prob or heard.avg_logprob < policy.phantom_logprob


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
