"""A folder of public text in; the screener's model, its digest and its figures out.

    PYTHONPATH=. python infra/screening/train.py DATA

DATA holds `hate/` (sets.py names the files and their digests) and `transcripts/` (ordinary talk). A fit on the public
sets alone, then rounds of fits on our frames with a part of the public sets, whose weights are averaged. The first fit
is kept in build/screening, so that work on the frames need not repeat it: delete what should be made again. A GPU is
used where torch finds one.
"""

import dataclasses
import hashlib
import json
import math
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
from frames import read_apart, read_frames
from net import DEVICE, Net, scored
from recipe import SHIPPED, Recipe
from sets import read_sets
from talk import BAR, cautions, talk

from bench.f1 import macro_f1
from processors.screening.classifier_reading import reading

VERSION = "2026-11d"
FEWEST_POSITIVES = 20

BUILD = Path("build/screening")
MODEL = Path("processors/screening/model/screener.onnx")

State = dict[str, torch.Tensor]
"""A net's weights by their names."""

Line = tuple[float, float]
"""Slope and offset through the logits of a category: its log-odds."""


def main(data: Path, recipe: Recipe = SHIPPED, model: Path = MODEL, build: Path = BUILD) -> None:
    torch.set_num_threads(min(4, os.cpu_count() or 1))
    build.mkdir(parents=True, exist_ok=True)
    net = trained(data, recipe, build)
    apart = read_apart(recipe.seed)
    logits = scored(net, [reading(one.text) for one in apart], LONGEST)
    calibration, figures = calibrated(logits, apart)
    caution = cautions(net, calibration, data / "transcripts")
    cautious = {name: (slope, round(offset - caution[name], 4)) for name, (slope, offset) in calibration.items()}
    figures |= {"caution": caution, "macro_f1": apart_f1(logits, apart, cautious["hate"])}
    (build / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    print({name: figures[name] for name in ("caution", "macro_f1")}, flush=True)
    export(net, {"version": VERSION, "calibration": cautious}, model)
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    model.with_suffix(".sha256").write_text(f"{digest}\n", "ascii")
    print(f"{model}: {model.stat().st_size / 1e6:.1f} MB, {digest}")


def trained(data: Path, recipe: Recipe, build: Path) -> Net:
    public = read_sets(data / "hate", recipe.seed)
    talked = talk(data / "transcripts")
    print(f"on {DEVICE}:", Counter(one.source for one in public), len(talked), "passages of talk", flush=True)
    torch.manual_seed(recipe.seed)
    net = Net()
    state = learn_public(net, public, recipe, build / "public.pt")
    for n in range(recipe.rounds):
        own = dataclasses.replace(recipe, seed=recipe.seed + n * recipe.passes)  # no pass has another's seed
        state = averaged([learn_frames(net, state, public, talked, own, hides) for hides in recipe.hides])
    net.load_state_dict(state)
    return net


def averaged(states: Sequence[State]) -> State:
    """The mean of each weight. Fits from one start lie in one valley, where the mean errs less than each does (Wortsman
    et al. 2022, arXiv 2203.05482), and costs one net to run.
    """
    return {
        name: torch.stack([state[name] for state in states]).mean(0) if weight.is_floating_point() else weight
        for name, weight in states[0].items()
    }


def learn_public(net: Net, public: Sequence[Example], recipe: Recipe, kept: Path) -> State:
    if not kept.exists():
        draw = random.Random(recipe.seed)
        posts = as_read([flattened(one, draw) for one in public])
        fit(net, [posts], top_rate=recipe.public_rate, size=recipe.public_batch, seed=recipe.seed)
        torch.save(net.state_dict(), kept)
    begun: State = torch.load(kept, map_location=DEVICE)
    return begun


def learn_frames(
    net: Net, begun: State, public: Sequence[Example], talked: Sequence[Example], recipe: Recipe, hides: float
) -> State:
    """Several passes under one fall of the rate, each over other fills and other forms of the same frames."""
    net.load_state_dict(begun)
    net.encoder.embeddings.requires_grad_(False)  # words that our frames lack keep their place beside those they have
    passes = [mixed(public, talked, recipe, recipe.seed + n) for n in range(recipe.passes)]
    fit(net, passes, top_rate=recipe.frames_rate, size=recipe.batch, seed=recipe.seed, hides=hides)
    return {name: weight.clone() for name, weight in net.state_dict().items()}


def mixed(public: Sequence[Example], talked: Sequence[Example], recipe: Recipe, seed: int) -> list[Example]:
    """Our sentences in forms of speech, among public ones and ordinary talk; as the screener reads them."""
    draw = random.Random(seed)
    ours = [spoken(one, draw) for one in read_frames(seed)]
    again = [flattened(one, draw) for one in draw.sample(list(public), min(recipe.public_again, len(public)))]
    return as_read((*ours, *again, *draw.sample(list(talked), min(recipe.talk_again, len(talked)))))


def as_read(examples: Sequence[Example]) -> list[Example]:
    """The examples with their texts as the screener will read them."""
    return [dataclasses.replace(one, text=reading(one.text)) for one in examples]


def calibrated(
    logits: Sequence[Sequence[float]], apart: Sequence[Example]
) -> tuple[dict[str, Line], dict[str, object]]:
    """Each category's line through logits of sentences apart, and how far it is off, cross-fitted over two halves.

    The lines are evened, the figures are those of the sentences as they are. Neither do the public sets take part,
    whose labels are too noisy; nor ordinary talk, which would only say that hate is rare there.
    """
    lines: dict[str, Line] = {}
    figures: dict[str, object] = {}
    for column, name in enumerate(CATEGORIES):
        pairs = [(row[column], one.labels[name]) for row, one in zip(logits, apart, strict=True)]
        half = [_first_half(one) for one in apart]
        lines[name] = evened(_line(pairs), sum(label for _, label in pairs) / len(pairs))
        crossed: list[tuple[float, int]] = []
        for side in (True, False):
            line = _line([pair for pair, first in zip(pairs, half, strict=True) if first == side])
            crossed += [
                (said(pair[0], line), pair[1]) for pair, first in zip(pairs, half, strict=True) if first != side
            ]
        table = reliability(crossed)
        figures[name] = {"texts": len(pairs), "expected_error": expected_error(table), "reliability": table}
    return lines, figures


def apart_f1(logits: Sequence[Sequence[float]], apart: Sequence[Example], hate: Line) -> float:
    """Of hate at the shipped bar, among sentences apart: what one fit is compared with another by."""
    column = CATEGORIES.index("hate")
    found = [said(row[column], hate) >= BAR for row in logits]
    return macro_f1([bool(one.labels["hate"]) for one in apart], found)


def _line(pairs: Sequence[tuple[float, int]]) -> Line:
    """The net's own probabilities where there is too little to better them by."""
    return platt(pairs) if sum(label for _, label in pairs) >= FEWEST_POSITIVES else (1.0, 0.0)


def evened(line: Line, share: float) -> Line:
    """The line for texts of which half are so. Apart, six in ten are hateful, but one in 250 is
    self-harm: unevened, a policy's bar would mean something else for each category (Saerens et al. 2002).
    """
    return line[0], round(line[1] + math.log((1 - share) / share), 4) if 0 < share < 1 else line[1]


def _first_half(example: Example) -> bool:
    """A line with all its sentences lies in one half."""
    return hashlib.sha256(example.source.encode()).digest()[-1] % 2 == 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
