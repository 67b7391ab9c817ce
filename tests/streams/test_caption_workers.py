"""Caption workers beside the first take nothing that is its own."""

import pytest

from streams.settings import Settings
from streams.system import sibling


@pytest.mark.parametrize(
    ("metrics_port", "ports"),
    [pytest.param(0, {0}, id="no figures served"), pytest.param(9100, {9100, 9101, 9102}, id="each on a port")],
)
def test_no_two_share_an_instance_or_a_port(metrics_port: int, ports: set[int]) -> None:
    first = Settings(instance="machine", metrics_port=metrics_port)
    workers = [first, sibling(first, 1), sibling(first, 2)]
    assert {worker.instance for worker in workers} == {"machine", "machine-2", "machine-3"}
    assert {worker.metrics_port for worker in workers} == ports
