"""Utterances in, words out, through OpenAI's own Whisper (the extra `openai`, which needs torch), one at a time."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from processors.engines.base import Heard, HeardWord, Speech
from processors.engines.guards import GuardPolicy, guarded


class OpenAIWhisperEngine:
    """A Whisper model in OpenAI's format: a checkpoint file, or a name that `whisper` downloads."""

    name = "openai-whisper"
    passes = 1
    batch = 1

    def __init__(self, path: str | Path, *, model: str, device: str = "cpu") -> None:
        import whisper

        self.model = model
        self._fp16 = device != "cpu"
        self._whisper = whisper.load_model(str(path), device=device)
        self._policy = GuardPolicy()
        self._one_at_a_time = Lock()  # decoding hangs hooks into the model

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        """Hear each utterance in a window of 30 s; this engine cannot take several at once."""
        with self._one_at_a_time:
            return [self._heard(speech, beam) for speech in utterances]

    def _heard(self, speech: Speech, beam: int) -> Heard:
        result = self._whisper.transcribe(
            speech.samples,
            language=speech.language or None,
            beam_size=beam,
            temperature=0.0,
            condition_on_previous_text=False,
            word_timestamps=speech.final,
            fp16=self._fp16,
            no_speech_threshold=None,
            verbose=None,
        )
        segments = result["segments"]
        tokens = sum(len(segment["tokens"]) for segment in segments)
        heard = Heard(
            text=result["text"].strip(),
            words=tuple(_word(word) for segment in segments for word in segment.get("words", ())),
            language=result["language"],
            avg_logprob=_mean([segment["avg_logprob"] for segment in segments]),
            no_speech_prob=max((segment["no_speech_prob"] for segment in segments), default=1.0),
        )
        return guarded(heard, tokens, speech.seconds, self._policy)


def _word(word: dict[str, Any]) -> HeardWord:
    return HeardWord(
        text=word["word"].strip(),
        start_ms=round(float(word["start"]) * 1000),
        end_ms=round(float(word["end"]) * 1000),
        probability=float(word["probability"]),
    )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0
