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
from calibration import expected_error, platt, reliability
from examples import CATEGORIES, Example
from export import export
from fitting import LONGEST, fit
from forms import flattened, spoken
from frames import read_frames
from net import Net, batch_of, tokenizer
from sets import read_sets

from bench.transcripts import files_in, lines_of
from processors.screening.classifier_reading import reading

SEED = 7
VERSION = "2026-11"
TRANSCRIPTS = "08b008ef3a696fb8abc74ed5ccde7eadb5a8c4d1a2649739c75870aef247be17"
"""SHA-256 over the transcripts, by name, one after the other."""

PUBLIC_RATE, FRAMES_RATE = 8e-5, 6e-5
PASSES = 2
PUBLIC_AGAIN = 3_500
CALLS_LEARNED, PASSAGES_LEARNED = 20, 800
"""The first calls are ordinary talk to learn from, the others to choose by; a passage is up to three lines."""

CALIBRATING = ("frames", "talk")

BUILD = Path("build/screening")
MODEL = Path("processors/screening/model/screener.onnx")


def main(data: Path) -> None:
    torch.set_num_threads(min(4, os.cpu_count() or 1))
    public = read_sets(data / "hate", SEED)
    frames = read_frames(SEED)
    learned, unseen = talk(data / "transcripts")
    print(Counter(one.source.split(":")[0] for one in (*public, *frames)), flush=True)
    torch.manual_seed(SEED)
    net = Net()
    _learn_public(net, [one for one in public if not one.held_out])
    _learn_frames(net, public, learned)
    calibration, figures = calibrated(net, [one for one in (*public, *frames, *unseen) if one.held_out])
    (BUILD / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    export(net, {"version": VERSION, "calibration": calibration}, MODEL)
    digest = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    MODEL.with_suffix(".sha256").write_text(f"{digest}\n", "ascii")
    print(f"{MODEL}: {MODEL.stat().st_size / 1e6:.1f} MB, {digest}")


def _learn_public(net: Net, examples: Sequence[Example]) -> None:
    kept = BUILD / "public.pt"
    if not kept.exists():
        draw = random.Random(SEED)
        fit(net, [flattened(one, draw) for one in examples], top_rate=PUBLIC_RATE, seed=SEED)
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
    return [dataclasses.replace(one, text=reading(one.text)) for one in (*ours, *again, *talked)]


def talk(folder: Path) -> tuple[list[Example], list[Example]]:
    """Passages of ordinary talk to learn from, and those of other calls to choose by. Checks the digest."""
    paths = files_in(folder)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
    if digest != TRANSCRIPTS:
        raise SystemExit(f"{folder} holds other transcripts than this model was trained on ({digest})")
    learned = [one for path in paths[:CALLS_LEARNED] for one in _passages(path, held_out=False)]
    unseen = [one for path in paths[CALLS_LEARNED:] for one in _passages(path, held_out=True)]
    draw = random.Random(SEED)
    return draw.sample(learned, PASSAGES_LEARNED), draw.sample(unseen, PASSAGES_LEARNED)


def _passages(path: Path, *, held_out: bool) -> list[Example]:
    lines = [line for _, line in lines_of(path)]
    labels = dict.fromkeys(CATEGORIES, 0)
    return [
        Example(text=" ".join(lines[n : n + 1 + n // 3 % 3]), labels=labels, source="talk", held_out=held_out)
        for n in range(0, len(lines), 3)
    ]


def calibrated(net: Net, held_out: Sequence[Example]) -> tuple[dict[str, tuple[float, float]], dict[str, object]]:
    """Fit each category's line on half of our held-out frames and of the unseen talk; the other half tests it.

    The public sets take no part: their labels are too noisy to say how sure a screener may be of a clear sentence.
    """
    held_out = [one for one in held_out if _kind(one) in CALIBRATING]
    logits = scored(net, [reading(one.text) for one in held_out])
    lines: dict[str, tuple[float, float]] = {}
    figures: dict[str, object] = {}
    sources = Counter(_kind(one) for one in held_out)
    for column, name in enumerate(CATEGORIES):
        known = [n for n, one in enumerate(held_out) if name in one.labels]
        fitted = [n for n in known if _for_fitting(held_out[n])]
        tested = [n for n in known if not _for_fitting(held_out[n])]
        lines[name] = platt(
            [logits[n][column] for n in fitted],
            [held_out[n].labels[name] for n in fitted],
            [1 / sources[_kind(held_out[n])] for n in fitted],
        )
        table = reliability(
            [logits[n][column] for n in tested], [held_out[n].labels[name] for n in tested], lines[name]
        )
        figures[name] = {"texts": len(tested), "expected_error": expected_error(table), "reliability": table}
    return lines, figures


def _kind(example: Example) -> str:
    """Held-out frames count as one source, whatever their file, so that no set outweighs another."""
    return "frames" if ":" in example.source else example.source


def _for_fitting(example: Example) -> bool:
    """Half of the frames, each with all its sentences, and half of the passages."""
    key = example.source if ":" in example.source else example.text
    return hashlib.sha256(key.encode()).digest()[-1] % 2 == 0


@torch.no_grad()
def scored(net: Net, texts: Sequence[str]) -> list[list[float]]:
    """Logits per text and category."""
    net.eval()
    cut = tokenizer(LONGEST)
    found: list[list[float]] = []
    for start in range(0, len(texts), 64):
        ids, mask = batch_of([cut.encode(text).ids for text in texts[start : start + 64]])
        found += net(ids, mask)[0].float().tolist()
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
