"""An exported model in; the same with calibration and caution in its metadata, its digest and its figures out.

    PYTHONPATH=. python infra/screening/calibrate.py DATA

It is the exported file that is calibrated, in eight bits and reading as the screener reads, not the net it was made of.
Training ends with this. By itself it takes a minute, after `apart/` or the alarms that talk may cost have changed.
"""

import hashlib
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from calibration import Line, expected_error, reliability, said
from examples import CATEGORIES, Example
from frames import read_apart
from recipe import SHIPPED
from talk import BAR, cautions
from torch.nn import functional

from bench.f1 import macro_f1
from processors.screening.classifier_model import ModelClassifier
from processors.screening.readings import log_odds

MODEL = Path("processors/screening/model/screener.onnx")
FIGURES = Path("build/screening/figures.json")
FEWEST_POSITIVES = 20
PLAIN: Line = (1.0, 0.0)
"""The net's own probabilities."""


def calibrate(path: Path, transcripts: Path, figures: Path) -> None:
    """Replaces the file; what it was calibrated with before does not matter."""
    model = onnx.load(path)
    raw = ModelClassifier(_calibrated_by(model, dict.fromkeys(CATEGORIES, PLAIN)))
    apart = read_apart(SHIPPED.seed)
    rows = logits(raw, [one.text for one in apart])
    lines, found = fitted(rows, apart)
    caution = cautions(lambda texts: logits(raw, texts), lines, transcripts)
    cautious = {name: (slope, round(offset - caution[name], 4)) for name, (slope, offset) in lines.items()}
    found |= {"caution": caution, "macro_f1": apart_f1(rows, apart, cautious["hate"])}
    figures.parent.mkdir(parents=True, exist_ok=True)
    figures.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print({name: found[name] for name in ("caution", "macro_f1")}, flush=True)
    data = _calibrated_by(model, cautious)
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    path.with_suffix(".sha256").write_text(f"{digest}\n", "ascii")
    print(f"{path}: {len(data) / 1e6:.1f} MB, {digest}")


def _calibrated_by(model: onnx.ModelProto, lines: dict[str, Line]) -> bytes:
    told = {one.key: one.value for one in model.metadata_props}
    told["facts"] = json.dumps(json.loads(told["facts"]) | {"calibration": lines})
    onnx.helper.set_model_props(model, told)
    data: bytes = model.SerializeToString()
    return data


def logits(raw: ModelClassifier, texts: Sequence[str]) -> list[list[float]]:
    """Per text and category; of a text from which the model abstains, as low as can be."""
    return [[log_odds(scores.get(name, 0.0)) for name in CATEGORIES] for scores in raw.score(texts)]


def fitted(rows: Sequence[Sequence[float]], apart: Sequence[Example]) -> tuple[dict[str, Line], dict[str, object]]:
    """Each category's line through logits of sentences apart, and how far it is off, cross-fitted over two halves.

    The lines are evened, the figures are those of the sentences as they are. The public sets, whose labels are too
    noisy, take no part, nor does ordinary talk, which would only say that hate is rare there.
    """
    lines: dict[str, Line] = {}
    figures: dict[str, object] = {}
    half = [_first_half(one) for one in apart]
    for column, name in enumerate(CATEGORIES):
        pairs = [(row[column], one.labels[name]) for row, one in zip(rows, apart, strict=True)]
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


def apart_f1(rows: Sequence[Sequence[float]], apart: Sequence[Example], hate: Line) -> float:
    """Of hate at the shipped bar, among sentences apart: what one fit is compared with another by."""
    column = CATEGORIES.index("hate")
    found = [said(row[column], hate) >= BAR for row in rows]
    return macro_f1([bool(one.labels["hate"]) for one in apart], found)


def _line(pairs: Sequence[tuple[float, int]]) -> Line:
    """The net's own probabilities where there is too little to better them by."""
    return platt(pairs) if sum(label for _, label in pairs) >= FEWEST_POSITIVES else PLAIN


def platt(pairs: Sequence[tuple[float, int]]) -> Line:
    """Slope and offset of the logistic line (Platt 1999) of least log loss through logits and labels."""
    x, y = torch.tensor(pairs, dtype=torch.float64).T
    line = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS([line], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        search.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(x * line[0] + line[1], y) + 1e-3 * (line[0] - 1) ** 2
        loss.backward()
        return loss

    search.step(closure)
    return round(line[0].item(), 4), round(line[1].item(), 4)


def evened(line: Line, share: float) -> Line:
    """The line for texts of which half are so. Apart, six in ten are hateful, but one in 250 is
    self-harm: unevened, a policy's bar would mean something else for each category (Saerens et al. 2002).
    """
    return line[0], round(line[1] + math.log((1 - share) / share), 4) if 0 < share < 1 else line[1]


def _first_half(example: Example) -> bool:
    """A line with all its sentences lies in one half."""
    return hashlib.sha256(example.source.encode()).digest()[-1] % 2 == 0


if __name__ == "__main__":
    calibrate(MODEL, Path(sys.argv[1]) / "transcripts", FIGURES)
