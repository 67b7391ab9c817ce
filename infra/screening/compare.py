"""A model's file in; how often it is right on the sentences apart, file by file, out. Two fits are compared by this.

PYTHONPATH=. python infra/screening/compare.py processors/screening/model/screener.onnx
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from examples import Example
from frames import read_apart
from recipe import SHIPPED

from bench.f1 import macro_f1
from processors.screening.classifier_model import ModelClassifier
from processors.screening.named import named
from processors.screening.policy import shipped_policy


def figures(model: ModelClassifier, apart: Sequence[Example]) -> dict[str, object]:
    """At the shipped policy's bar for a case of hate, as text alone: nothing of the rules."""
    policy = shipped_policy()
    scores = model.score([one.text for one in apart])
    found = [
        policy.asks_by_model("hate", each.get("hate", 0.0), named=named(one.text))
        for one, each in zip(apart, scores, strict=True)
    ]
    wanted = [bool(one.labels["hate"]) for one in apart]
    parts = {f"{name}, {kind}": share for name, kind, share in sorted(_shares(apart, wanted, found))}
    return {"sentences": len(apart), "macro_f1": macro_f1(wanted, found), "right": parts}


def _shares(
    apart: Sequence[Example], wanted: Sequence[bool], found: Sequence[bool]
) -> Iterator[tuple[str, str, float]]:
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for one, hateful, shown in zip(apart, wanted, found, strict=True):
        right[one.source.split(":")[0], "hateful" if hateful else "harmless"].append(hateful == shown)
    for (name, kind), some in right.items():
        yield name, kind, round(sum(some) / len(some), 3)


if __name__ == "__main__":
    print(json.dumps(figures(ModelClassifier(Path(sys.argv[1]).read_bytes()), read_apart(SHIPPED.seed)), indent=1))
