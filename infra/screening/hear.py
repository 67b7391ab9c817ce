"""Our sentences, spoken by synthetic voices and heard by the captioner, in; those that were heard otherwise out.

    PYTHONPATH=. .venv/bin/python infra/screening/hear.py

Takes flite's voices, not `joe`, by which `earwitness bench spoken` measures, and 18 minutes of two cores; the result is
kept in `heard/`, so that training needs neither synthesiser nor captioner. Half of the sentences are heard through
noise. It runs in the project's environment, with the extra `spoken` and flite beside it. To be run again where frames
or the captioner's model have changed much, and heard.py after it; nothing breaks where it is not.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from examples import CATEGORIES, Example
from frames import read_frames
from heard import HEARD

from bench.scoring import score
from bench.spoken import listening_to
from bench.voices import FLITE, Voice, open_voice
from processors.engines.base import Samples

SEED = 1000
"""No pass of a training fills the frames with it."""
FILLS = {True: 2, False: 1}
"""Sentences of a frame of something, and of one of nothing: names and hard words are in the first."""
NOISE_DB = (8.0, 20.0)
"""How far below the voice the noise is, where there is some."""
LOST = 0.6
"""Errors a word from which on what was heard is not taken: nobody could tell what it was."""


def main() -> None:
    HEARD.mkdir(exist_ok=True)
    chosen = sentences()
    parts = [chosen[n :: len(FLITE)] for n in range(len(FLITE))]
    with ProcessPoolExecutor(len(FLITE)) as pool:
        for voice, found in zip(FLITE, pool.map(misheard, FLITE, parts), strict=True):
            (HEARD / f"{voice}.txt").write_text("".join(f"{line}\n" for line in found), "utf-8")
            print(f"{voice}: {len(found)} heard otherwise")


def sentences() -> list[Example]:
    """`FILLS` of each frame, in a drawn order."""
    by_frame: dict[str, list[Example]] = defaultdict(list)
    for one in read_frames(SEED):
        by_frame[one.source].append(one)
    draw = random.Random(SEED)
    found = [one for fills in by_frame.values() for one in fills[: FILLS[any(fills[0].labels.values())]]]
    draw.shuffle(found)
    return found


def misheard(voice: str, said: Sequence[Example]) -> list[str]:
    """A line for each sentence that was heard otherwise than this voice said it: labels, group, said and heard."""
    listener = listening_to(noisy(open_voice(voice), np.random.default_rng(SEED)))
    return list(lines(said, [listener.heard(one.text).text for one in said]))


def noisy(voice: Voice, draw: np.random.Generator) -> Voice:
    """The voice, about half of the time with white noise under it."""

    def speak(text: str) -> Samples:
        samples = voice(text)
        level = np.sqrt(np.mean(samples**2)) * 10 ** (-draw.uniform(*NOISE_DB) / 20)
        noise = draw.standard_normal(len(samples)).astype(np.float32) * np.float32(level)
        return samples + noise if draw.random() < 0.5 else samples

    return speak


def lines(said: Sequence[Example], heard: Sequence[str]) -> Iterator[str]:
    """Labels, group, what was said and what was heard, with tabs between; nothing of what was heard as it was said."""
    for one, text in zip(said, heard, strict=True):
        errors = score([one.text], [text])
        if errors and 0 < errors.wer < LOST:
            labels = " ".join(name for name in CATEGORIES if one.labels[name])
            yield f"{labels}\t{one.group or ''}\t{one.text}\t{' '.join(text.split())}"


if __name__ == "__main__":
    main()
