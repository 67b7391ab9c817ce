"""Words on which two drafts agree are settled and stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.agreement import Agreement, agree

WORDS = st.lists(st.sampled_from(["and", "so", "my", "fellow", "Americans,"]), max_size=8).map(" ".join)


def after(*drafts: str) -> Agreement:
    agreed = Agreement()
    for draft in drafts:
        agreed = agree(agreed, draft.split())
    return agreed


@pytest.mark.parametrize(
    ("drafts", "text", "settled"),
    [
        pytest.param(["so my"], "so my", "", id="one draft settles nothing"),
        pytest.param(["so my", "so my fellow"], "so my fellow", "so my", id="what both begin with is settled"),
        pytest.param(["so my", "so mine, he"], "so mine, he", "so", id="a changed word is not"),
        pytest.param(["so my.", "So my fellow"], "So my fellow", "So my", id="case and punctuation may change"),
        pytest.param(["so my", "so my fellow", "no"], "so my", "so my", id="settled words outlive a worse draft"),
        pytest.param(["so my", ""], "", "", id="nothing heard"),
    ],
)
def test_settled_prefix(drafts: list[str], text: str, settled: str) -> None:
    agreed = after(*drafts)
    assert agreed.text == text
    assert agreed.text[: agreed.settled_chars] == settled


@given(st.lists(WORDS, max_size=8), WORDS)
def test_what_is_settled_is_never_taken_back(drafts: list[str], last: str) -> None:
    before = after(*drafts)
    now = agree(before, last.split())
    assert now.text.startswith(before.text[: before.settled_chars])
    assert now.settled >= before.settled
