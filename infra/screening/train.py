"""A folder of public text in; the screener's model, its digest and its figures out.

    PYTHONPATH=. python infra/screening/train.py DATA

DATA holds `hate/` (sets.py names the files and their digests) and `transcripts/` (ordinary talk). One fit over public
sets, our frames and talk together.
"""

import dataclasses
import hashlib
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from calibration import expected_error, platt, reliability, said
from examples import CATEGORIES, Example
from export import export
from fitting import LONGEST, fit
from forms import flattened, spoken
from frames import read_frames
from net import Net, scored
from sets import read_sets
from talk import cautions, talk

from processors.screening.classifier_reading import reading

SEED = 7
VERSION = "2026-11b"
RATE = 1.2e-4
FEWEST_POSITIVES = 20

BUILD = Path("build/screening")
MODEL = Path("processors/screening/model/screener.onnx")


def main(data: Path) -> None:
    BUILD.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(min(4, os.cpu_count() or 1))
    public = read_sets(data / "hate", SEED)
    frames = read_frames(SEED)
    talked = talk(data / "transcripts", SEED)
    print(Counter(one.source.split(":")[0] for one in (*public, *frames)), flush=True)
    torch.manual_seed(SEED)
    net = Net()
    net.encoder.embeddings.requires_grad_(False)  # words that our frames lack keep their place beside those they have
    fit(net, mixed(public, frames, talked, SEED), top_rate=RATE, seed=SEED)
    torch.save(net.state_dict(), BUILD / "net.pt")
    calibration, figures = calibrated(net, [one for one in frames if one.held_out])
    caution = cautions(net, calibration, data / "transcripts")
    (BUILD / "figures.json").write_text(json.dumps(figures | {"caution": caution}, indent=1) + "\n", "utf-8")
    print("taken off the log-odds:", caution, flush=True)
    cautious = {name: (slope, round(offset - caution[name], 4)) for name, (slope, offset) in calibration.items()}
    export(net, {"version": VERSION, "calibration": cautious}, MODEL)
    digest = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    MODEL.with_suffix(".sha256").write_text(f"{digest}\n", "ascii")
    print(f"{MODEL}: {MODEL.stat().st_size / 1e6:.1f} MB, {digest}")


def mixed(public: Sequence[Example], frames: Sequence[Example], talked: Sequence[Example], seed: int) -> list[Example]:
    """Our sentences in forms of speech, among public ones and ordinary talk; as the screener reads them."""
    draw = random.Random(seed)
    ours = [spoken(one, draw) for one in frames if not one.held_out]
    theirs = [one for one in public if not one.held_out]
    others = [flattened(one, draw) for one in theirs]
    return [dataclasses.replace(one, text=reading(one.text)) for one in (*ours, *others, *talked)]


def calibrated(net: Net, frames: Sequence[Example]) -> tuple[dict[str, tuple[float, float]], dict[str, object]]:
    """Each category's line through the logits of held-out frames, and how far it is off, cross-fitted over two halves.

    About half of those sentences are hateful, so a probability means: among sentences about people. The public sets
    take no part, their labels are too noisy to say how sure a screener may be of a clear sentence; ordinary talk none,
    because it would only say that hate is rare there.
    """
    logits = scored(net, [reading(one.text) for one in frames], LONGEST)
    lines: dict[str, tuple[float, float]] = {}
    figures: dict[str, object] = {}
    for column, name in enumerate(CATEGORIES):
        pairs = [(row[column], one.labels[name]) for row, one in zip(logits, frames, strict=True)]
        half = [_first_half(one) for one in frames]
        lines[name] = _line(pairs)
        crossed: list[tuple[float, int]] = []
        for side in (True, False):
            line = _line([pair for pair, first in zip(pairs, half, strict=True) if first == side])
            crossed += [
                (said(pair[0], line), pair[1]) for pair, first in zip(pairs, half, strict=True) if first != side
            ]
        table = reliability(crossed)
        figures[name] = {"texts": len(pairs), "expected_error": expected_error(table), "reliability": table}
    return lines, figures


def _line(pairs: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """The net's own probabilities where too little is held out to better them."""
    return platt(pairs) if sum(label for _, label in pairs) >= FEWEST_POSITIVES else (1.0, 0.0)


def _first_half(example: Example) -> bool:
    """A frame with all its sentences lies in one half."""
    return hashlib.sha256(example.source.encode()).digest()[-1] % 2 == 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
