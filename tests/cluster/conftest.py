"""What do the tests of the live mesh share? An API server of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_server import ApiServer


@pytest.fixture
def api_server() -> Iterator[ApiServer]:
    with ApiServer() as server:
        yield server
        assert server.crashes == []


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No kubeconfig, no cluster and no proxy of the machine."""
    monkeypatch.setenv("HOME", str(tmp_path))
    names = ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")
    proxies = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
    for name in (*names, *proxies, *(proxy.lower() for proxy in proxies)):
        monkeypatch.delenv(name, raising=False)
