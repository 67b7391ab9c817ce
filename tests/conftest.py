"""The brokers that tests run on: the embedded one, and a real Kafka when `infra/local/with-services.sh` started one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from streams import embedded, processes
from streams.topics import ensure_topics


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("embedded", marks=pytest.mark.embedded),
        pytest.param("EARWITNESS_TEST_KAFKA", marks=pytest.mark.services),
    ],
    ids=["embedded", "kafka"],
)
def kafka(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of a broker with our topics."""
    if request.param == "embedded":
        port = processes.free_port()
        broker = embedded.start_broker(tmp_path_factory.mktemp("broker"), port)
        ensure_topics(f"127.0.0.1:{port}", partitions=4)
        yield f"127.0.0.1:{port}"
        processes.stop(broker)
    else:
        address = service(request.param)
        ensure_topics(address, partitions=4)
        yield address


def service(name: str) -> str:
    """The address of a real service; a test that was asked to run on one fails where there is none."""
    if not (address := os.environ.get(name)):
        pytest.fail(f"{name} is not set: run these tests through make test-services")
    return address


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def default_logs() -> Iterator[None]:
    """A command that ran within a test has set the logs up for all that follow."""
    yield
    structlog.reset_defaults()
