"""Utterances in, words out, through Whisper on CTranslate2: many utterances in one pass, in a window cut to size.

Whisper was trained on 30 s windows, and its encoder costs as much for 2 s of speech as for 30; but it takes fewer
frames too. Cut to the speech plus a little silence, with the last encoded frame repeated where there would be more, it
hears the same words in a fifth of the time (decision 0033).
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2 import Device, StorageView

from processors.engines.aside import aside
from processors.engines.base import SAMPLE_RATE, Heard, HeardWord, Samples, Speech
from processors.engines.guards import GuardPolicy, guarded
from processors.engines.loops import unlooped
from processors.engines.windows import LONGEST_S, batches, encoded_s, second_window_s, window_s

PATIENT_BEAM = 5
"""From this beam on time does not matter, and all of a window is encoded. A final that loops is heard again with it."""
DRAFT_REPETITION_PENALTY = 1.1
"""Drafts break off, which makes the decoder loop: this halves how often (7 in 100 drafts instead of 14)."""
_FRAMES_PER_S = 100
_FRAMES_AN_ENCODED = 2
_PREPENDED = "\"'“¿([{-"
_APPENDED = "\"'.。,，!！?？:：”)]}、"


class WhisperEngine:
    """A Whisper model in CTranslate2's format: a folder, or a name that faster-whisper downloads."""

    name = "faster-whisper"

    def __init__(
        self,
        path: str | Path,
        *,
        model: str,
        device: str = "cpu",
        compute_type: str = "int8",
        passes: int = 1,
        batch: int = 8,
    ) -> None:
        """`passes` calls of `transcribe` run at a time, each on a core of its own, all on the same weights."""
        from faster_whisper.transcribe import get_suppressed_tokens

        self.model = model
        self.passes = passes
        self.batch = batch
        self._together = device != "cpu"
        self._listeners = ThreadPoolExecutor(min(batch, os.cpu_count() or 1), "mel")
        self._whisper = aside(partial(_loaded, str(path), device, compute_type, passes))
        self._suppressed = get_suppressed_tokens(self._tokenizer("en"), [-1])
        self._policy = GuardPolicy()

    def warm_up(self) -> None:
        """Hear a little of everything that comes later, with nobody waiting.

        A GPU for which CTranslate2 brings no code of its own compiles it at first use: 16 s on an H200, once for each
        process where the driver keeps nothing (`CUDA_CACHE_PATH`).
        """
        quiet = np.zeros(2 * SAMPLE_RATE, np.float32)
        for final, beam in ((True, 1), (True, 2), (True, PATIENT_BEAM), (False, 1)):
            self.transcribe([Speech(samples=quiet, final=final, timed=True)] * 2, beam=beam)

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        """Hear the utterances in as few passes as their lengths allow; finals that loop are heard a second time."""
        known = [self._with_language(speech) for speech in utterances]
        heard: dict[int, Heard] = {}
        for length_s, positions in batches([speech for speech, _ in known], self.batch):
            group = [known[position] for position in positions]
            heard.update(zip(positions, self._pass(group, length_s, beam, whole=beam >= PATIENT_BEAM), strict=True))
        return [self._settled(known[position], heard[position]) for position in range(len(known))]

    def _settled(self, known: tuple[Speech, float], first: Heard) -> Heard:
        """Hear a final that seems to loop again, with more silence, and at last in a full window.

        Who really said it twice is heard twice.
        """
        if not known[0].final or not _loops(first):
            return first
        second = self._pass([known], second_window_s(known[0]), PATIENT_BEAM, whole=True)[0]
        return self._pass([known], LONGEST_S, PATIENT_BEAM, whole=True)[0] if _loops(second) else second

    def _with_language(self, speech: Speech) -> tuple[Speech, float]:
        if not self._whisper.model.is_multilingual:
            return replace(speech, language="en"), 1.0
        if speech.language:
            return speech, 1.0
        encoded = self._whisper.encode(self._features(speech, window_s(speech)))
        token, probability = self._whisper.model.detect_language(encoded)[0][0]
        return replace(speech, language=token.strip("<|>")), float(probability)

    def _pass(
        self, group: Sequence[tuple[Speech, float]], length_s: int, beam: int, *, whole: bool = False
    ) -> list[Heard]:
        """Hear utterances of one language, all final or all drafts, in one window; `whole` encodes all of it."""
        speeches = [speech for speech, _ in group]
        encoded = self._encoded(speeches, length_s, whole=whole)
        results = self._generate(encoded, speeches, beam)
        words = self._words(encoded, speeches, results)
        return [self._heard(*known, *found) for known, *found in zip(group, results, words, strict=True)]

    def _encoded(self, speeches: Sequence[Speech], length_s: int, *, whole: bool) -> Any:
        """Encode one utterance after the other on a CPU, where a batch falls out of its cache; together on a GPU."""
        if self._together:
            features = self._listeners.map(self._features, speeches, [length_s] * len(speeches))
            return self._whisper.encode(np.stack(list(features)))
        lengths = [length_s if whole else encoded_s(speech) for speech in speeches]
        frames = [self._whisper.encode(self._features(*one)) for one in zip(speeches, lengths, strict=True)]
        return StorageView.from_array(np.concatenate([_held(np.asarray(one), length_s) for one in frames]))

    def _features(self, speech: Speech, length_s: int) -> Samples:
        """Log-mel features, (bands, frames), filled up with the floor that silence has."""
        frames = length_s * _FRAMES_PER_S
        mel = self._whisper.feature_extractor(speech.samples)[..., :frames]
        filled = np.pad(mel, ((0, 0), (0, frames - mel.shape[-1])), constant_values=mel.min())
        return np.asarray(filled, np.float32)

    def _generate(self, encoded: Any, speeches: Sequence[Speech], beam: int) -> list[Any]:
        tokenizer = self._tokenizer(speeches[0].language)
        prompt = self._whisper.get_prompt(tokenizer, [], without_timestamps=True)
        most_of = self._policy.most_tokens if speeches[0].final else self._policy.most_draft_tokens
        most_tokens = max(most_of(speech.seconds) for speech in speeches)
        results = self._whisper.model.generate(
            encoded,
            [prompt] * len(speeches),
            beam_size=beam,
            max_length=min(self._whisper.max_length, len(prompt) + most_tokens),
            suppress_tokens=self._suppressed,
            return_scores=True,
            return_no_speech_prob=True,
            sampling_temperature=0.0,
            repetition_penalty=1.0 if speeches[0].final else DRAFT_REPETITION_PENALTY,
        )
        return list(results)

    def _words(self, encoded: Any, speeches: Sequence[Speech], results: Sequence[Any]) -> list[tuple[HeardWord, ...]]:
        """Find when each word was said, where that is asked for, by the decoder's attention to the encoded frames."""
        asked = [place for place, speech in enumerate(speeches) if speech.final or speech.timed]
        if not asked:
            return [()] * len(speeches)
        if self._together:  # to align those that did not ask costs less than to take the others out of the GPU
            asked = list(range(len(speeches)))
        if len(asked) < len(speeches):
            encoded = StorageView.from_array(np.asarray(encoded.to_device(Device.cpu))[asked])
        tokenizer = self._tokenizer(speeches[0].language)
        tokens = [[token for token in results[place].sequences_ids[0] if token < tokenizer.eot] for place in asked]
        frames = [encoded.shape[1] * _FRAMES_AN_ENCODED] * len(asked)
        found = dict(zip(asked, self._whisper.find_alignment(tokenizer, tokens, encoded, frames), strict=True))
        return [words_of(found.get(place, [])) for place in range(len(speeches))]

    def _heard(self, speech: Speech, language_probability: float, result: Any, words: tuple[HeardWord, ...]) -> Heard:
        tokenizer, tokens = self._tokenizer(speech.language), result.sequences_ids[0]
        said = within(words, speech)
        text = tokenizer.decode(tokens).strip() if len(said) == len(words) else " ".join(word.text for word in said)
        heard = Heard(
            text=text if speech.final else unlooped(text),
            words=said,
            language=speech.language,
            language_probability=language_probability,
            avg_logprob=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech_prob=result.no_speech_prob,
        )
        whole = speech.final and len(said) == len(words)
        kept_tokens = len(tokens) if whole else len(tokenizer.encode(heard.text))
        return guarded(heard, kept_tokens, speech.seconds, self._policy)

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        multilingual = self._whisper.model.is_multilingual
        return Tokenizer(self._whisper.hf_tokenizer, multilingual, task="transcribe", language=language)


def _loaded(path: str, device: str, compute_type: str, passes: int) -> Any:
    from faster_whisper import WhisperModel

    return WhisperModel(path, device=device, compute_type=compute_type, cpu_threads=1, num_workers=passes)


def within(words: tuple[HeardWord, ...], speech: Speech) -> tuple[HeardWord, ...]:
    """The words that begin in the utterance: what a decoder goes on with in the silence behind it was not said."""
    return tuple(word for word in words if word.start_ms < speech.seconds * 1000)


def _loops(heard: Heard) -> bool:
    return heard.rejected in ("runaway", "repetitive") or unlooped(heard.text) != heard.text


def _held(encoded: Samples, length_s: int) -> Samples:
    """Encoded frames, (1, frames, width), with the last one held until the window's end."""
    missing = length_s * _FRAMES_PER_S // _FRAMES_AN_ENCODED - encoded.shape[1]
    return np.concatenate((encoded, np.repeat(encoded[:, -1:], missing, axis=1)), axis=1)


def words_of(alignment: list[dict[str, Any]]) -> tuple[HeardWord, ...]:
    """Turn faster-whisper's alignment (times in s) into words with their punctuation."""
    from faster_whisper.transcribe import merge_punctuations

    merge_punctuations(alignment, _PREPENDED, _APPENDED)
    return tuple(
        HeardWord(
            text=found["word"].strip(),
            start_ms=round(float(found["start"]) * 1000),
            end_ms=round(float(found["end"]) * 1000),
            probability=float(found["probability"]),
        )
        for found in alignment
        if found["word"].strip()
    )
