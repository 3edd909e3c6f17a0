"""Asks a Prometheus, or what speaks its API, for the values of now.

A token in the environment variable MESHCTL_PROMETHEUS_TOKEN is sent along.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlencode, urlsplit

from meshctl.cluster.api import ClusterError
from meshctl.cluster.http.body import parse_json
from meshctl.errors import UsageError
from meshctl.plain_objects import items, mappings
from meshctl.words import quoted, without_password

TOKEN = "MESHCTL_PROMETHEUS_TOKEN"  # noqa: S105 - the name of a variable
_OK = 200
_UNSENDABLE = f"the token in {TOKEN} holds characters that no header may have; set it anew"


class Sample(NamedTuple):
    """One value with its labels."""

    labels: Mapping[str, str]
    value: float


class Prometheus:
    """A server of metrics at a URL."""

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        """Take a URL; raises UsageError for what is none."""
        self._url = _parsed(url)
        self._name = without_password(url)
        self._timeout = timeout
        self.warnings: list[str] = []
        """What the server said beside its answers, such as that one of them is partial."""

    def query(self, expression: str) -> list[Sample]:
        """Evaluate an expression at this moment; raises ClusterError where that fails."""
        body = urlencode({"query": expression, "timeout": f"{self._timeout:g}s"}).encode()
        answer = self._ask(f"{self._url.path.rstrip('/')}/api/v1/query", body)
        data = answer.get("data")
        result = data.get("result") if isinstance(data, dict) else None
        self.warnings += [str(item) for item in items(answer.get("warnings"))]
        return list(_samples(result))

    def value(self, expression: str) -> float | None:
        """Evaluate an expression that has one value, ``None`` where there is none."""
        found = self.query(expression)
        return found[0].value if found else None

    def _ask(self, path: str, body: bytes) -> dict[str, Any]:
        # asyncio takes 40 ms
        from meshctl.cluster.http.connection import sendable  # noqa: PLC0415
        from meshctl.cluster.http.exchange import HttpRequest, fetch  # noqa: PLC0415

        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if token := os.environ.get(TOKEN):
            headers["Authorization"] = sendable(f"Bearer {token.strip()}", _UNSENDABLE)
        request = HttpRequest("POST", path, headers=headers, body=body)
        try:
            answer = fetch(self._url, request, self._timeout)
        except OSError as error:
            raise ClusterError(f"no Prometheus answers at {self._name}: {error}") from None
        return self._parsed(answer.status, answer.body)

    def _parsed(self, status: int, body: bytes) -> dict[str, Any]:
        try:
            data = parse_json(body)
        except ValueError:
            data = None
        if not isinstance(data, dict) or "status" not in data:
            raise ClusterError(
                f"{self._name} answers {status} and no Prometheus form; name the URL before /api/v1"
            )
        if data["status"] != "success" or status != _OK:
            raise ClusterError(f"Prometheus at {self._name}: {data.get('error') or status}")
        return data


def _parsed(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(
            f"--prometheus wants a URL such as http://127.0.0.1:9090, not {quoted(without_password(url))}"
        )
    return parts


def _samples(result: object) -> Iterator[Sample]:
    for mapping in mappings(result):
        metric, value = mapping.get("metric"), mapping.get("value")
        if isinstance(metric, dict) and isinstance(value, list) and len(value) > 1:
            try:
                yield Sample({str(k): str(v) for k, v in metric.items()}, float(value[1]))
            except (ValueError, TypeError):
                continue
