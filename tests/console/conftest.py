"""A house and a client of its console for each test."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from tests.console.house import House


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def client(house: House) -> AsyncIterator[AsyncTestClient[Litestar]]:
    async with house.client() as client:
        yield client
