"""An engine that fails is opened again, what breaks it is given up alone, and one that hangs is reported."""

import threading
from collections.abc import Callable, Sequence

import numpy as np
import pytest

import processors.engines.supervised as supervised
from processors.engines.base import Engine, Heard, Speech
from processors.engines.scripted import ScriptedEngine
from processors.engines.supervised import FAILED, SupervisedEngine
from schemas.errors import Unavailable


def speech(seconds: float, language: str = "") -> Speech:
    return Speech(samples=np.zeros(round(seconds * 16_000), np.float32), final=True, language=language)


class Broken(ScriptedEngine):
    """Fails as `fault` says; `heard` are the languages it was told."""

    def __init__(self, fault: Callable[[Sequence[Speech]], object]) -> None:
        super().__init__()
        self._fault = fault
        self.told: list[str] = []

    def transcribe(self, utterances: Sequence[Speech], *, beam: int) -> list[Heard]:
        self.told += [one.language for one in utterances]
        self._fault(utterances)
        return super().transcribe(utterances, beam=beam)


class Opening:
    """Opens broken engines one after the other, then whole ones."""

    def __init__(self, *faults: Callable[[Sequence[Speech]], object]) -> None:
        self.faults, self.opened = list(faults), 0

    def __call__(self) -> Engine:
        self.opened += 1
        return Broken(self.faults.pop(0)) if self.faults else ScriptedEngine()


def raising(error: Exception) -> Callable[[Sequence[Speech]], object]:
    def fault(utterances: Sequence[Speech]) -> None:
        raise error

    return fault


def never(waited_s: float) -> None:
    raise AssertionError("nothing hangs here")


@pytest.mark.parametrize("error", [RuntimeError("CUDA failed"), MemoryError()], ids=["fails", "out-of-memory"])
def test_an_engine_that_fails_is_opened_again_and_hears_the_same_again(error: Exception) -> None:
    opening = Opening(raising(error))
    heard = SupervisedEngine(opening, never).transcribe([speech(2), speech(4)], beam=1)
    assert [len(one.text.split()) for one in heard] == [5, 10]
    assert opening.opened == 2


def test_what_breaks_every_engine_is_given_up_and_all_else_is_heard() -> None:
    def poisoned(utterances: Sequence[Speech]) -> None:
        if any(one.seconds == 3 for one in utterances):
            raise ValueError("poison")

    opening = Opening(*[poisoned] * 9)
    heard = SupervisedEngine(opening, never).transcribe([speech(2), speech(3), speech(4)], beam=1)
    assert [one.rejected for one in heard] == ["", FAILED, ""]
    assert heard[1].text == ""


def test_an_outage_is_the_callers_to_wait_out() -> None:
    opening = Opening(raising(Unavailable("the model is away")))
    with pytest.raises(Unavailable):
        SupervisedEngine(opening, never).transcribe([speech(2)], beam=1)
    assert opening.opened == 1


def test_an_engine_that_hangs_is_reported_with_how_long_it_was_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervised, "PATIENCE_S", 0.05)
    monkeypatch.setattr(supervised, "PATIENCE_SHARE", 0.01)
    hanging, reported = threading.Event(), list[float]()

    def stuck(waited_s: float) -> None:
        reported.append(waited_s)
        hanging.set()

    opening = Opening(lambda utterances: hanging.wait(10))
    SupervisedEngine(opening, stuck).transcribe([speech(2)], beam=1)
    assert reported == [pytest.approx(0.07)]


def test_the_language_that_is_set_is_told_where_the_track_has_none() -> None:
    engine = Broken(lambda utterances: None)
    SupervisedEngine(lambda: engine, never, language="de").transcribe([speech(1), speech(1, "fr")], beam=1)
    assert engine.told == ["de", "fr"]
