"""The screening policy: the text of a `policy.yaml` in, a frozen `Policy` out, or what is wrong with it and where."""

from importlib.resources import files

import msgspec
import yaml

from schemas.base import Record
from schemas.errors import Invalid
from schemas.findings import Effect

EFFECTS: tuple[Effect, ...] = ("urgent", "queue", "log")
"""Gravest first."""


class Bars(Record, frozen=True, kw_only=True):
    """The lowest score (0..1) with each effect; `None` where the effect never follows. `dsa` is the DSA's category."""

    log: float | None = None
    queue: float | None = None
    urgent: float | None = None
    dsa: str = ""

    def effect(self, score: float) -> Effect | None:
        return next((name for name in EFFECTS if (bar := getattr(self, name)) is not None and score >= bar), None)


class Context(Record, frozen=True, kw_only=True):
    """How far back one speaker's captions are judged together."""

    captions: int = 3
    seconds: float = 20.0


class Policy(Record, frozen=True, kw_only=True):
    version: str
    categories: dict[str, Bars]
    context: Context = Context()

    def effect(self, category: str, score: float) -> Effect | None:
        """What follows from a score; nothing for a category that the policy does not name."""
        bars = self.categories.get(category)
        return bars.effect(score) if bars else None


def shipped_policy() -> Policy:
    """The policy in the package."""
    return load_policy(files("processors.screening").joinpath("policy.yaml").read_text("utf-8"))


def load_policy(text: str) -> Policy:
    """Read and check a policy; raises `Invalid` with reason `policy_invalid`, the field and the line."""
    try:
        policy = msgspec.convert(yaml.safe_load(text), Policy)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Invalid("policy_invalid", f"line {line}: {error.problem or 'not YAML'}") from error
    except yaml.YAMLError as error:
        raise Invalid("policy_invalid", f"not YAML: {error}") from error
    except msgspec.ValidationError as error:
        said, _, where = str(error).partition(" - at `")
        raise _refusal(text, where.rstrip("`").removeprefix("$").removeprefix("."), said) from error
    _check(text, policy)
    return policy


def _check(text: str, policy: Policy) -> None:
    if not policy.version.strip():
        raise _refusal(text, "version", "say which version this is")
    if not (1 <= policy.context.captions <= 50 and 0 < policy.context.seconds <= 600):
        raise _refusal(text, "context", "expected 1 to 50 captions and up to 600 seconds")
    for name, bars in policy.categories.items():
        _check_bars(text, f"categories.{name}", bars)


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
    return Invalid("policy_invalid", f"line {_line(text, field.split('.'))}: {said}", field=field)


def _line(text: str, path: list[str]) -> int:
    """The line (from 1) of the field's key, or of its nearest parent that is there."""
    node, line = yaml.compose(text, yaml.SafeLoader), 1
    for key in path:
        if not isinstance(node, yaml.MappingNode):
            break
        found = [(name, value) for name, value in node.value if name.value == key]
        if not found:
            break
        line, node = found[0][0].start_mark.line + 1, found[0][1]
    return line
