"""Second listeners and classifiers that do as they are told: what tests of casework begin with."""

from collections.abc import Mapping, Sequence

from schemas.captions import Caption
from schemas.errors import Unavailable
from schemas.evidence import SecondListen
from schemas.findings import Finding


class Echo:
    """A second listener that hears `share` of the words again, and remembers which passages it was asked for."""

    def __init__(self, share: float | None = 1.0) -> None:
        self.share = share
        self.asked: list[str] = []

    async def listen(self, finding: Finding, captions: Sequence[Caption]) -> SecondListen:
        self.asked.append(finding.finding_id)
        return SecondListen(came_back=self.share)


class Scripted:
    """A classifier that gives each text the highest score of the words it holds, by category; away when told so."""

    def __init__(self, script: Mapping[str, Mapping[str, float]], *, name: str = "scripted@1") -> None:
        self.name = name
        self.away = False
        self._script = script

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        if self.away:
            raise Unavailable("the model is being replaced")
        return [self._scores(text.casefold()) for text in texts]

    def about(self, text: str) -> str:
        if self.away:
            raise Unavailable("the model is being replaced")
        return "gardeners"

    def _scores(self, text: str) -> dict[str, float]:
        found: dict[str, float] = {}
        for word, scores in self._script.items():
            for category, score in scores.items() if word in text else ():
                found[category] = max(score, found.get(category, 0.0))
        return found
