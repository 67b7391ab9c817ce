"""A folder of public text in; the screener's model, its digest and its figures out.

    PYTHONPATH=. python infra/screening/train.py DATA

DATA holds `hate/` (sets.py names the files and their digests) and `transcripts/` (ordinary talk). A fit on the public
sets alone, then rounds of fits on our frames with a part of the public sets, whose weights are averaged; the
net is exported, and what was exported is calibrated. The first fit is kept in build/screening, so that work on the
frames need not repeat it. A GPU is used where torch finds one.
"""

import dataclasses
import hashlib
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import torch
from calibrate import MODEL, calibrate
from examples import Example
from export import export
from fitting import fit
from forms import flattened, in_a_room, spoken
from frames import read_frames
from heard import read_heard
from net import DEVICE, Net
from recipe import SHIPPED, Recipe
from sets import read_sets
from talk import conversations, talk

from processors.screening.classifier_reading import reading

VERSION = "2026-11f"

BUILD = Path("build/screening")

State = dict[str, torch.Tensor]
"""A net's weights by their names."""


class Material(NamedTuple):
    """What stands among our sentences: public examples, passages of calls and of conversations that we wrote, and
    sentences of ours as a recogniser heard them.
    """

    public: Sequence[Example]
    calls: Sequence[Example]
    ours: Sequence[Example]
    heard: Sequence[Example]


def main(data: Path, recipe: Recipe = SHIPPED, model: Path = MODEL, build: Path = BUILD) -> None:
    torch.set_num_threads(min(4, os.cpu_count() or 1))
    build.mkdir(parents=True, exist_ok=True)
    export(trained(data, recipe, build), VERSION, model)
    calibrate(model, data / "transcripts", build / "figures.json")


def trained(data: Path, recipe: Recipe, build: Path) -> Net:
    public = read_sets(data / "hate", recipe.seed)
    calls, ours, heard = talk(data / "transcripts"), conversations(), read_heard()
    print(f"on {DEVICE}:", Counter(one.source for one in public), flush=True)
    print(
        len(calls), "passages of calls,", len(ours), "of conversations,", len(heard), "sentences as heard", flush=True
    )
    torch.manual_seed(recipe.seed)
    net = Net()
    state = learn_public(net, public, recipe, build)
    material = Material(public, calls, ours, heard)
    for n, fits in enumerate(recipe.rounds):
        own = dataclasses.replace(recipe, seed=recipe.seed + n * recipe.passes)  # no pass has another's seed
        state = averaged(side_by_side(partial(learn_frames, state, material, own), fits))
        torch.save(state, build / f"round-{n + 1}.pt")  # to look at while the next one runs
    net.load_state_dict(state)
    return net


def side_by_side(learn: Callable[[float], State], fits: Sequence[float]) -> list[State]:
    """Each fit in a process of its own, and the cores shared: two of one thread learn a fifth more than one of two."""
    threads = max(1, torch.get_num_threads() // len(fits))
    with ProcessPoolExecutor(
        len(fits), get_context("spawn"), initializer=torch.set_num_threads, initargs=(threads,)
    ) as pool:
        return list(pool.map(learn, fits))


def averaged(states: Sequence[State]) -> State:
    """The mean of each weight. Fits from one start lie in one valley, where the mean errs less than each does (Wortsman
    et al. 2022, arXiv 2203.05482), and costs one net to run.
    """
    return {
        name: torch.stack([state[name] for state in states]).mean(0) if weight.is_floating_point() else weight
        for name, weight in states[0].items()
    }


def learn_public(net: Net, public: Sequence[Example], recipe: Recipe, build: Path) -> State:
    """The first fit; one that was made of the very same texts and numbers is taken as it is."""
    draw = random.Random(recipe.seed)
    posts = as_read([flattened(one, draw) for one in public])
    kept = build / f"public-{digest_of(posts, recipe)}.pt"
    if not kept.exists():
        fit(net, [posts], top_rate=recipe.public_rate, size=recipe.public_batch, seed=recipe.seed)
        torch.save(net.state_dict(), kept)
    begun: State = torch.load(kept, map_location="cpu")
    return begun


def digest_of(posts: Sequence[Example], recipe: Recipe) -> str:
    """Of all that the first fit depends on."""
    numbers = (recipe.public_rate, recipe.public_batch, recipe.seed)
    told = [(one.text, sorted(one.labels.items()), one.group, one.weight) for one in posts]
    return hashlib.sha256(repr((numbers, told)).encode()).hexdigest()[:12]


def learn_frames(begun: State, material: Material, recipe: Recipe, hides: float) -> State:
    """Several passes under one fall of the rate, each over other fills and other forms of the same frames."""
    net = Net()
    net.load_state_dict(begun)
    net.encoder.embeddings.requires_grad_(False)  # words that our frames lack keep their place beside those they have
    passes = [mixed(material, recipe, recipe.seed + n) for n in range(recipe.passes)]
    fit(net, passes, top_rate=recipe.frames_rate, size=recipe.batch, seed=recipe.seed, hides=hides)
    return {name: weight.cpu() for name, weight in net.state_dict().items()}


def mixed(material: Material, recipe: Recipe, seed: int) -> list[Example]:
    """Our sentences in forms of speech, among public ones and ordinary talk; as the screener reads them."""
    draw = random.Random(seed)
    ours = [spoken(one, draw) for one in read_frames(seed)]
    heard = [in_a_room(one, draw) for one in material.heard]
    again = [flattened(one, draw) for one in some(material.public, recipe.public_again, draw)]
    talked = (*some(material.calls, recipe.calls_again, draw), *some(material.ours, recipe.ours_again, draw))
    return as_read((*ours, *heard, *again, *(flattened(one, draw) for one in talked)))


def some(examples: Sequence[Example], most: int, draw: random.Random) -> list[Example]:
    return draw.sample(list(examples), min(most, len(examples)))


def as_read(examples: Sequence[Example]) -> list[Example]:
    """The examples with their texts as the screener will read them."""
    return [dataclasses.replace(one, text=reading(one.text)) for one in examples]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
