"""What do the tests of the live mesh share? An API server of ours."""

from collections.abc import Iterator

import pytest
from api_server import ApiServer


@pytest.fixture
def api_server() -> Iterator[ApiServer]:
    with ApiServer() as server:
        yield server
        assert server.crashes == []
