"""A policy is data: right ones are taken, mistakes are refused with their line and reason."""

import pytest

from processors.screening.policy import load_policy, shipped_policy
from processors.screening.yaml_lines import refuse_twice
from schemas.errors import Invalid

GOOD = """version: "1"
categories:
  hate:
    log: 0.2
    queue: 0.6
    urgent: 0.9
  drill: {queue: 0.5}
"""


@pytest.mark.parametrize(
    ("category", "score", "effect"),
    [
        ("hate", 0.1, None),
        ("hate", 0.2, "log"),
        ("hate", 0.6, "queue"),
        ("hate", 1.0, "urgent"),
        ("drill", 0.49, None),
        ("drill", 1.0, "queue"),
        ("unknown", 1.0, None),
    ],
)
def test_a_score_has_the_effect_of_the_highest_bar_it_reaches(category: str, score: float, effect: str | None) -> None:
    assert load_policy(GOOD).effect(category, score) == effect


@pytest.mark.parametrize(
    ("text", "field", "line", "said"),
    [
        (GOOD.replace("0.6", "1.6"), "categories.hate.queue", 5, "1.6 is no score"),
        (GOOD.replace("0.2", "0"), "categories.hate.log", 4, "no score"),
        (GOOD.replace("0.2", "0.7"), "categories.hate.log", 4, "above the bar of a graver effect"),
        (GOOD.replace("0.6", "high"), "categories.hate.queue", 5, "Expected `float | null`, got `str`"),
        (GOOD.replace("queue: 0.6", "quue: 0.6"), "categories.hate", 3, "unknown field `quue`"),
        (GOOD.replace('version: "1"', "versio: 1"), "", 1, "unknown field `versio`"),
        (GOOD.replace('"1"', '""'), "version", 1, "say which version"),
        (GOOD + "context: {captions: 0}\n", "context", 8, "1 to 50 captions"),
        (GOOD + "  hate: {}\n", "hate", 8, "there twice"),
        (GOOD + "meant: {reported: 2}\n", "meant.reported", 8, "no factor"),
        (GOOD + "meant: {shouted: 0.5}\n", "meant", 8, "shouted"),
        (GOOD + "terms:\n  - {term: x, category: hat}\n", "terms.0.category", 9, "no category 'hat'"),
        (GOOD + "terms:\n  - {term: '!', category: hate}\n", "terms.0.term", 9, "expected words"),
        (GOOD + "terms:\n  - term: x\n    category: hate\n    score: 7\n", "terms.0.score", 11, "7.0 is no score"),
        (GOOD + "terms:\n  - term: x\n    category: hate\n    match: any\n", "terms.0.match", 11, "Invalid enum"),
        (GOOD + "quotas: {cases_per_room_and_hour: 0}\n", "quotas.cases_per_room_and_hour", 8, "1 or more"),
        (GOOD + "when: 2020-13-45\n", "", 1, "not YAML"),
        ("version: [1", "", 1, "line"),
        ("", "", 1, "Expected `object`, got `null`"),
        ("a: !!python/object:os.system {}", "", 1, "could not determine a constructor"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_a_mistake_is_refused_with_line_and_reason(text: str, field: str, line: int, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        load_policy(text)
    assert refused.value.reason == "policy_invalid"
    assert refused.value.field == field
    assert said in refused.value.detail
    assert refused.value.detail.startswith(f"line {line}: ")


def test_a_list_of_lists_of_lists_is_looked_at_once() -> None:
    """Nine aliases a line stand for a thousand million nodes after nine lines."""
    bomb = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]" for n in range(12))
    refuse_twice(bomb)


def test_the_shipped_policy_is_sound_and_has_a_version() -> None:
    assert shipped_policy().version
