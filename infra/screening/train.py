"""A folder of public text in; the screener's model, its digest and its figures out.

    PYTHONPATH=. python infra/screening/train.py DATA

DATA holds `hate/` (sets.py names the files and their digests) and `transcripts/` (ordinary talk). Two fits: on the
public sets alone, then on our frames with a part of the public sets. What is finished is kept in build/screening, so
that work on the frames need not repeat the first fit: delete what should be made again.
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
PUBLIC_RATE, FRAMES_RATE = 8e-5, 6e-5
PASSES = 2
PUBLIC_AGAIN = 3_500
FEWEST_POSITIVES = 20

BUILD = Path("build/screening")
MODEL = Path("processors/screening/model/screener.onnx")


def main(data: Path) -> None:
    torch.set_num_threads(min(4, os.cpu_count() or 1))
    public = read_sets(data / "hate", SEED)
    frames = read_frames(SEED)
    talked = talk(data / "transcripts", SEED)
    print(Counter(one.source.split(":")[0] for one in (*public, *frames)), flush=True)
    torch.manual_seed(SEED)
    net = Net()
    _learn_public(net, [one for one in public if not one.held_out])
    _learn_frames(net, public, talked)
    calibration, figures = calibrated(net, [one for one in frames if one.held_out])
    caution = cautions(net, calibration, data / "transcripts")
    (BUILD / "figures.json").write_text(json.dumps(figures | {"caution": caution}, indent=1) + "\n", "utf-8")
    print("taken off the log-odds:", caution, flush=True)
    cautious = {name: (slope, round(offset - caution[name], 4)) for name, (slope, offset) in calibration.items()}
    export(net, {"version": VERSION, "calibration": cautious}, MODEL)
    digest = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    MODEL.with_suffix(".sha256").write_text(f"{digest}\n", "ascii")
    print(f"{MODEL}: {MODEL.stat().st_size / 1e6:.1f} MB, {digest}")


def _learn_public(net: Net, examples: Sequence[Example]) -> None:
    kept = BUILD / "public.pt"
    if not kept.exists():
        draw = random.Random(SEED)
        fit(net, as_read([flattened(one, draw) for one in examples]), top_rate=PUBLIC_RATE, seed=SEED)
        kept.parent.mkdir(parents=True, exist_ok=True)
        torch.save(net.state_dict(), kept)
    net.load_state_dict(torch.load(kept))


def _learn_frames(net: Net, public: Sequence[Example], talked: Sequence[Example]) -> None:
    """Several passes, each over other fills and other forms of the same frames; a finished pass is kept."""
    net.encoder.embeddings.requires_grad_(False)  # words that our frames lack keep their place beside those they have
    for n in range(PASSES):
        kept = BUILD / f"frames{n}.pt"
        if not kept.exists():
            fit(net, mixed(public, read_frames(SEED + n), talked, SEED + n), top_rate=FRAMES_RATE, seed=SEED + n)
            torch.save(net.state_dict(), kept)
        net.load_state_dict(torch.load(kept))


def mixed(public: Sequence[Example], frames: Sequence[Example], talked: Sequence[Example], seed: int) -> list[Example]:
    """Our sentences in forms of speech, among public ones and ordinary talk; as the screener reads them."""
    draw = random.Random(seed)
    ours = [spoken(one, draw) for one in frames if not one.held_out]
    again = [flattened(one, draw) for one in draw.sample([one for one in public if not one.held_out], PUBLIC_AGAIN)]
    return as_read((*ours, *again, *talked))


def as_read(examples: Sequence[Example]) -> list[Example]:
    """The examples with their texts as the screener will read them."""
    return [dataclasses.replace(one, text=reading(one.text)) for one in examples]


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
