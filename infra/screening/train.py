"""A folder of public text in; the screener's model, its digest and its figures out.

    PYTHONPATH=. python infra/screening/train.py DATA

DATA holds `hate/` (sets.py names the files and their digests) and `transcripts/` (ordinary talk). A fit on the public
sets alone, then rounds of fits on our frames with a part of the public sets, whose weights are averaged; the
net is exported, and what was exported is calibrated. The first fit is kept in build/screening, so that work on the
frames need not repeat it: delete what should be made again. A GPU is used where torch finds one.
"""

import dataclasses
import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from calibrate import MODEL, calibrate
from examples import Example
from export import export
from fitting import fit
from forms import flattened, spoken
from frames import read_frames
from net import DEVICE, Net
from recipe import SHIPPED, Recipe
from sets import read_sets
from talk import conversations, talk

from processors.screening.classifier_reading import reading

VERSION = "2026-11e"

BUILD = Path("build/screening")

State = dict[str, torch.Tensor]
"""A net's weights by their names."""


class Material(NamedTuple):
    """What stands among our sentences: public examples, passages of calls, and of conversations that we wrote."""

    public: Sequence[Example]
    calls: Sequence[Example]
    ours: Sequence[Example]


def main(data: Path, recipe: Recipe = SHIPPED, model: Path = MODEL, build: Path = BUILD) -> None:
    torch.set_num_threads(min(4, os.cpu_count() or 1))
    build.mkdir(parents=True, exist_ok=True)
    export(trained(data, recipe, build), VERSION, model)
    calibrate(model, data / "transcripts", build / "figures.json")


def trained(data: Path, recipe: Recipe, build: Path) -> Net:
    public = read_sets(data / "hate", recipe.seed)
    calls, ours = talk(data / "transcripts"), conversations()
    print(f"on {DEVICE}:", Counter(one.source for one in public), flush=True)
    print(len(calls), "passages of calls,", len(ours), "of conversations", flush=True)
    torch.manual_seed(recipe.seed)
    net = Net()
    state = learn_public(net, public, recipe, build / "public.pt")
    for n in range(recipe.rounds):
        own = dataclasses.replace(recipe, seed=recipe.seed + n * recipe.passes)  # no pass has another's seed
        state = averaged(
            [learn_frames(net, state, Material(public, calls, ours), own, hides) for hides in recipe.hides]
        )
        torch.save(state, build / f"round-{n + 1}.pt")  # to look at while the next one runs
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


def learn_frames(net: Net, begun: State, material: Material, recipe: Recipe, hides: float) -> State:
    """Several passes under one fall of the rate, each over other fills and other forms of the same frames."""
    net.load_state_dict(begun)
    net.encoder.embeddings.requires_grad_(False)  # words that our frames lack keep their place beside those they have
    passes = [mixed(material, recipe, recipe.seed + n) for n in range(recipe.passes)]
    fit(net, passes, top_rate=recipe.frames_rate, size=recipe.batch, seed=recipe.seed, hides=hides)
    return {name: weight.clone() for name, weight in net.state_dict().items()}


def mixed(material: Material, recipe: Recipe, seed: int) -> list[Example]:
    """Our sentences in forms of speech, among public ones and ordinary talk; as the screener reads them."""
    draw = random.Random(seed)
    ours = [spoken(one, draw) for one in read_frames(seed)]
    again = [flattened(one, draw) for one in some(material.public, recipe.public_again, draw)]
    talked = (*some(material.calls, recipe.calls_again, draw), *some(material.ours, recipe.ours_again, draw))
    return as_read((*ours, *again, *(flattened(one, draw) for one in talked)))


def some(examples: Sequence[Example], most: int, draw: random.Random) -> list[Example]:
    return draw.sample(list(examples), min(most, len(examples)))


def as_read(examples: Sequence[Example]) -> list[Example]:
    """The examples with their texts as the screener will read them."""
    return [dataclasses.replace(one, text=reading(one.text)) for one in examples]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
