"""Which screening models run: the one in the package, and the one that the settings name as a candidate."""

from pathlib import Path

import pytest

from processors.screening import classifier_model
from processors.screening.classifier import ModelMissing
from processors.screening.classifier_model import load_model
from streams.cli.doctor import Check, examine
from streams.outside import Outside
from streams.settings import Settings
from streams.topology import WORKERS

SHIPPED = Path(classifier_model.__file__).parent / "model" / "screener.onnx"


def settings(tmp_path: Path, candidate: str = "") -> Settings:
    return Settings(data=str(tmp_path), candidate_model=candidate)


def checks(of: Settings) -> dict[str, Check]:
    return {check.name: check for check in examine(of)}


def test_without_a_candidate_nothing_runs_in_shadow(tmp_path: Path) -> None:
    assert Outside(settings(tmp_path)).candidate is None
    assert "candidate" not in checks(settings(tmp_path))


def test_the_candidate_that_is_named_runs_beside_the_live_model(tmp_path: Path) -> None:
    outside = Outside(settings(tmp_path, str(SHIPPED)))
    assert outside.candidate is not None
    assert outside.candidate.name.startswith(outside.classifier.name)
    assert outside.candidate.name != outside.classifier.name
    (shadower,) = (one for flows in WORKERS.values() for one in flows if one.name == "shadower")
    assert shadower.agent(outside)
    assert checks(outside.settings)["candidate"].seen == outside.candidate.name


def test_a_candidate_that_is_not_there_is_said_to_be_missing_and_stops_nothing(tmp_path: Path) -> None:
    asked = settings(tmp_path, str(tmp_path / "none.onnx"))
    assert isinstance(Outside(asked).candidate, ModelMissing)
    found = checks(asked)["candidate"]
    assert not found.well
    assert "EARWITNESS_CANDIDATE_MODEL" in found.remedy


def test_the_doctor_names_the_model_with_version_and_digest(tmp_path: Path) -> None:
    model = load_model()
    found = checks(settings(tmp_path))["screening"]
    assert found.well
    assert model.name in found.seen
    assert model.digest in found.seen


def test_the_doctor_says_that_the_model_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifier_model, "files", lambda _: tmp_path)
    found = checks(settings(tmp_path))["screening"]
    assert not found.well
    assert "make train" in found.seen
