"""The trained screener: texts in; probabilities per category and whom they are about out.

One file holds everything: an ONNX graph in eight bits, and in its metadata the tokenizer, the names of categories and
groups, and the calibration. Where the numbers come from is in docs/model-card.md.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from processors.screening.classifier import Classifier, ModelMissing, TargetClassifier
from processors.screening.classifier_reading import Abstention, abstention, reading
from schemas.errors import Unavailable

LONGEST = 256
"""Tokens, about 190 words: three captions of the longest utterance there is. More is no passage, and costs too much."""

LONGEST_CHARACTERS = 4_000
NO_GROUP = "none"
SURE_OF_GROUP = 0.5
"""Probability from which a group counts as told. Where one is named it is nearly 1, of "they are vermin" 0.1 each."""

BATCH = 16
"""Texts of about alike length that run together; more gain nothing on one core."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`scores`: calibrated probability per category; empty, with the reason in `abstained`, where there is none.

    `group`: whom it is about if it is hate, `none` where the model cannot tell.
    """

    scores: dict[str, float]
    group: str = NO_GROUP
    abstained: Abstention | None = None


class ModelClassifier:
    """The model in one file's bytes. Raises `Unavailable` where they are no such model."""

    def __init__(self, data: bytes, *, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
            told = self._session.get_modelmeta().custom_metadata_map
            self._tokenizer = Tokenizer.from_str(told["tokenizer"])
            facts = json.loads(told["facts"])
            self._categories = tuple(facts["categories"])
            self._groups = tuple(facts["groups"])
            self._slopes = np.array([facts["calibration"][name][0] for name in self._categories], dtype=np.float32)
            self._offsets = np.array([facts["calibration"][name][1] for name in self._categories], dtype=np.float32)
            self.name = f"minilm@{facts['version']}"
            self.digest = hashlib.sha256(data).hexdigest()
        except Exception as error:
            raise Unavailable(f"the screening model does not load: {type(error).__name__}") from error

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [verdict.scores for verdict in self.judge(texts)]

    def about(self, text: str) -> str:
        (verdict,) = self.judge([text])
        return "" if verdict.group == NO_GROUP else verdict.group

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """A verdict per text, in order. Any text is fine; the model abstains from those it cannot judge."""
        verdicts: list[Verdict | None] = [None] * len(texts)
        rows: list[tuple[int, list[int]]] = []
        for n, text in enumerate(texts):
            tokens = self._tokens(text)
            if isinstance(tokens, str):
                verdicts[n] = Verdict(scores={}, abstained=tokens)
            else:
                rows.append((n, tokens))
        rows.sort(key=lambda row: len(row[1]))
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            for (n, _), verdict in zip(batch, self._run([tokens for _, tokens in batch]), strict=True):
                verdicts[n] = verdict
        return [verdict for verdict in verdicts if verdict is not None]

    def _tokens(self, text: str) -> list[int] | Abstention:
        if len(text) > LONGEST_CHARACTERS:
            return "too_long"
        read = reading(text)
        reason = abstention(read)
        if reason is not None:
            return reason
        tokens: list[int] = self._tokenizer.encode(read).ids
        return tokens if len(tokens) <= LONGEST else "too_long"

    def _run(self, rows: list[list[int]]) -> Iterator[Verdict]:
        ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for n, row in enumerate(rows):
            ids[n, : len(row)] = row
            mask[n, : len(row)] = 1
        categories, groups = self._session.run(["categories", "groups"], {"ids": ids, "mask": mask})
        for scores, group in zip(self._calibrated(categories), groups, strict=True):
            named = dict(zip(self._categories, map(float, scores), strict=True))
            yield Verdict(scores=named, group=self._group(group))

    def _group(self, logits: NDArray[np.float32]) -> str:
        shares = np.exp(logits - logits.max())
        most = int(np.argmax(logits))
        return self._groups[most] if shares[most] / shares.sum() >= SURE_OF_GROUP else NO_GROUP

    def _calibrated(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Platt's scaling: a line per category through the logits, fitted on sentences apart (docs/model-card.md)."""
        wide = np.clip(logits * self._slopes + self._offsets, -30, 30)
        return np.asarray(1 / (1 + np.exp(-wide)), dtype=np.float32)


def open_classifier() -> TargetClassifier:
    """The shipped model, or what stands for its absence; never raises."""
    try:
        return load_model()
    except Unavailable as error:
        return ModelMissing(str(error))


def open_candidate(path: Path) -> Classifier:
    """The model of another file, its digest in its name (the same version may be trained twice); never raises."""
    try:
        model = ModelClassifier(path.read_bytes())
    except OSError as error:
        return ModelMissing(f"the candidate model cannot be read: {error.strerror}")
    except Unavailable as error:
        return ModelMissing(str(error))
    model.name = f"{model.name}-{model.digest[:8]}"
    return model


def load_model() -> ModelClassifier:
    """The model in the package. Raises `Unavailable` where the file is missing or not the one its digest names."""
    folder = files("processors.screening").joinpath("model")
    try:
        data = folder.joinpath("screener.onnx").read_bytes()
        digest = folder.joinpath("screener.sha256").read_text("ascii").strip()
    except OSError as error:
        raise Unavailable("the screening model is not in the package: run `make train`, or install it again") from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise Unavailable("the screening model's file is damaged: its digest is not the one beside it")
    return ModelClassifier(data)
