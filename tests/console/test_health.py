"""A store that has no room left still reads; health says so all the same."""

from typing import Any

from console.serve import store_probe
from schemas.errors import Unavailable
from streams.stores import MemoryStore
from tests.console.house import House


class Full(MemoryStore):
    """A disk without room."""

    async def put(self, key: str, data: Any, *, if_absent: bool = False) -> None:
        raise Unavailable(f"the store did not take or give {key}: no room is left")


async def test_a_full_store_is_named_by_health_with_the_reason() -> None:
    async with House(probes={"store": store_probe(Full())}).client() as client:
        answer = await client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["parts"]["store"].endswith("no room is left")


async def test_a_store_with_room_is_well() -> None:
    async with House(probes={"store": store_probe(MemoryStore())}).client() as client:
        assert (await client.get("/health")).status_code == 200
