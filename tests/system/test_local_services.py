"""Real Kafka and Elasticsearch from infra/local: what a caller may rely on, driven from outside."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOCAL = Path(__file__).parents[2] / "infra" / "local"
WITH_SERVICES = str(LOCAL / "with-services.sh")
MISSING = 3


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "PYTHON": sys.executable, **environment}
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=200)


def test_without_maven_one_line_says_so_and_the_status_is_three(tmp_path: Path) -> None:
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    done = run(WITH_SERVICES, "true", PATH=str(tmp_path), EARWITNESS_SERVICES=str(tmp_path / "none"))
    assert done.returncode == MISSING
    assert "Maven (mvn)" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_stopping_what_does_not_run_is_no_error(tmp_path: Path) -> None:
    assert run(sys.executable, str(LOCAL / "services.py"), "kafka", "stop", "--folder", str(tmp_path)).returncode == 0


@pytest.mark.services
def test_the_command_finds_both_services_and_its_status_is_passed_on() -> None:
    script = 'echo "$EARWITNESS_TEST_KAFKA"; curl -fs --noproxy "*" "$EARWITNESS_TEST_ELASTICSEARCH"; exit 7'
    done = run(WITH_SERVICES, "sh", "-c", script)
    if done.returncode == MISSING:
        pytest.skip(done.stderr)
    assert done.returncode == 7
    assert done.stdout.startswith("127.0.0.1:")
    assert "You Know, for Search" in done.stdout
