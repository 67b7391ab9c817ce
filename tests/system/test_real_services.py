"""The whole path on a real Apache Kafka and Elasticsearch, from the installed command."""

import json
import os
from pathlib import Path

import pytest

from tests.system.conftest import Run, last_line

pytestmark = [pytest.mark.system, pytest.mark.services, pytest.mark.timeout(300)]


def test_the_bundled_room_goes_the_whole_way_on_real_services(earwitness: Run, tmp_path: Path) -> None:
    services = {"kafka": "EARWITNESS_TEST_KAFKA", "elasticsearch": "EARWITNESS_TEST_ELASTICSEARCH"}
    named = [f"--{name}={os.environ[variable]}" for name, variable in services.items()]
    report = last_line(earwitness("demo", "--once", "--json", *named, "--data", tmp_path))
    assert report["chunks_sent"] == report["chunks_stored"] > 0
    for name, seconds in report["seconds_by_speaker"].items():
        assert seconds["recorded"] == pytest.approx(seconds["sent"], abs=0.1), name
    hits = json.loads(earwitness("search", "tomatoes", "--json", *named, "--data", tmp_path).stdout)["hits"]
    assert hits[0]["room_id"] == report["room_id"]
