"""The screening policy: the text of a `policy.yaml` in, a frozen `Policy` out, or what is wrong with it and where."""

from importlib.resources import files
from typing import Any, Literal

import msgspec
import yaml

from processors.screening.yaml_lines import line_of, refuse_twice
from schemas.base import Record
from schemas.errors import Invalid
from schemas.findings import Effect

EFFECTS: tuple[Effect, ...] = ("urgent", "queue", "log")
"""Gravest first."""


Meaning = Literal["direct", "reported", "objected", "denied", "doubted"]
"""How something was meant: said for oneself, as what others say, in order to object, or as untrue.

`doubted`: a rule says what it heard, and the model sees none of it in the same words.
"""

MEANT: dict[Meaning, float] = {"direct": 1.0, "reported": 0.6, "objected": 0.3, "denied": 0.1, "doubted": 0.5}
"""Factors where a policy names none. With 0.6 as the bar for a queue, even the surest hit is a note if doubted."""

MOST_TERMS = 500
"""Each term is compared with every word: so many cost about as much as all other rules together."""

LONGEST_TERM = 64


class Bars(Record, frozen=True, kw_only=True):
    """The lowest score (0..1) with each effect; `None` where the effect never follows. `dsa` is the DSA's category.

    `meant` replaces the policy's factors for this category. `by_model` (0..1) is what is left of the model's own score,
    `unnamed` (0..1) what is left of that where nobody names a group of people (named.py).
    """

    log: float | None = None
    queue: float | None = None
    urgent: float | None = None
    dsa: str = ""
    meant: dict[Meaning, float] = {}
    by_model: float = 1.0
    unnamed: float = 1.0

    def effect(self, score: float) -> Effect | None:
        return next((name for name in EFFECTS if (bar := getattr(self, name)) is not None and score >= bar), None)


class Context(Record, frozen=True, kw_only=True):
    """How far back one speaker's captions are judged together."""

    captions: int = 3
    seconds: float = 20.0


class Term(Record, frozen=True, kw_only=True):
    """Words that this customer minds, and how much (`score`, 0..1).

    `match`: `exact` as written, `near` also a letter or two off or cut in two, `sounds` also by their sound.
    `unless` are words that would match and are meant innocently.
    """

    term: str
    category: str
    score: float = 0.7
    match: Literal["exact", "near", "sounds"] = "sounds"
    unless: tuple[str, ...] = ()


class Quotas(Record, frozen=True, kw_only=True):
    """How much may be done without a person. Urgent findings are never held back."""

    cases_per_room_and_hour: int = 60


class Policy(Record, frozen=True, kw_only=True):
    """`meant` are factors (0..1) by which a score is lowered when words were not meant for themselves."""

    version: str
    categories: dict[str, Bars]
    context: Context = Context()
    meant: dict[Meaning, float] = {}
    terms: tuple[Term, ...] = ()
    quotas: Quotas = Quotas()

    def effect(self, category: str, score: float) -> Effect | None:
        """What follows from a score; nothing for a category that the policy does not name."""
        bars = self.categories.get(category)
        return bars.effect(score) if bars else None

    def factor(self, category: str, meaning: Meaning) -> float:
        """What is left of a score of `category` in words that were meant so."""
        bars = self.categories.get(category)
        own = bars.meant.get(meaning) if bars else None
        return own if own is not None else self.meant.get(meaning, MEANT[meaning])

    def by_model(self, category: str, score: float, *, named: bool = True) -> float:
        """What a score of the model counts where a group of people is named, or not."""
        bars = self.categories.get(category)
        return score * bars.by_model * (1.0 if named else bars.unnamed) if bars else score

    def asks_by_model(self, category: str, score: float, *, named: bool = True) -> bool:
        """Whether a score of the model alone asks for a case."""
        return self.effect(category, self.by_model(category, score, named=named)) in ("queue", "urgent")


def shipped_policy() -> Policy:
    """The policy in the package."""
    return load_policy(files("processors.screening").joinpath("policy.yaml").read_text("utf-8"))


def load_policy(text: str) -> Policy:
    """Read and check a policy; raises `Invalid` with reason `policy_invalid`, the field and the line."""
    try:
        refuse_twice(text)
        read = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Invalid("policy_invalid", f"line {line}: {error.problem or 'not YAML'}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # dates and numbers that are none, endless nesting
        raise Invalid("policy_invalid", f"line 1: not YAML: {error}") from error
    policy = _converted(text, read)
    _check(text, policy)
    return policy


def _converted(text: str, read: Any) -> Policy:
    """Categories first, each by itself: the error of the whole would not name the one that is wrong."""
    categories = read.get("categories") if isinstance(read, dict) else None
    for name, bars in categories.items() if isinstance(categories, dict) else ():
        _convert(text, bars, Bars, f"categories.{name}")
    policy: Policy = _convert(text, read, Policy, "")
    return policy


def _convert(text: str, value: Any, kind: type, inside: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        said, _, where = str(error).partition(" - at `")
        inner = where.replace("key` in `", "").rstrip("`").removeprefix("$").replace("[", ".").replace("]", "")
        raise _refusal(text, f"{inside}{inner}".strip("."), said) from error


def _check(text: str, policy: Policy) -> None:
    if not policy.version.strip():
        raise _refusal(text, "version", "say which version this is")
    if not (1 <= policy.context.captions <= 50 and 0 < policy.context.seconds <= 600):
        raise _refusal(text, "context", "expected 1 to 50 captions and up to 600 seconds")
    if policy.quotas.cases_per_room_and_hour < 1:
        raise _refusal(text, "quotas.cases_per_room_and_hour", "expected 1 or more")
    _check_factors(text, "meant", policy.meant)
    for name, bars in policy.categories.items():
        _check_bars(text, f"categories.{name}", bars)
        _check_factors(text, f"categories.{name}.meant", bars.meant)
        _check_factor(text, f"categories.{name}.by_model", bars.by_model)
        _check_factor(text, f"categories.{name}.unnamed", bars.unnamed)
    if len(policy.terms) > MOST_TERMS:
        raise _refusal(text, "terms", f"{len(policy.terms)} terms; at most {MOST_TERMS}")
    for n, term in enumerate(policy.terms):
        _check_term(text, f"terms.{n}", term, policy)


def _check_factors(text: str, path: str, factors: dict[Meaning, float]) -> None:
    for meaning, factor in factors.items():
        _check_factor(text, f"{path}.{meaning}", factor)


def _check_factor(text: str, field: str, factor: float) -> None:
    if not 0 <= factor <= 1:
        raise _refusal(text, field, f"{factor} is no factor; expected 0 to 1")


def _check_term(text: str, path: str, term: Term, policy: Policy) -> None:
    if not any(letter.isalnum() for letter in term.term) or len(term.term) > LONGEST_TERM:
        raise _refusal(text, f"{path}.term", f"expected words, at most {LONGEST_TERM} characters")
    if term.category not in policy.categories:
        raise _refusal(text, f"{path}.category", f"the policy has no category {term.category!r}")
    if not 0 < term.score <= 1:
        raise _refusal(text, f"{path}.score", f"{term.score} is no score; expected more than 0, at most 1")


def _check_bars(text: str, path: str, bars: Bars) -> None:
    above = 1.0
    for effect in EFFECTS:
        bar = getattr(bars, effect)
        if bar is None:
            continue
        if not 0 < bar <= 1:
            raise _refusal(text, f"{path}.{effect}", f"{bar} is no score; expected more than 0, at most 1")
        if bar > above:
            raise _refusal(text, f"{path}.{effect}", f"{bar} is above the bar of a graver effect ({above})")
        above = bar


def _refusal(text: str, field: str, said: str) -> Invalid:
    return Invalid("policy_invalid", f"line {line_of(text, field.split('.'))}: {said}", field=field)
