"""What can go wrong between a client and the fake API server."""
# ruff: noqa: ARG002 - each answers to the same call

import json
import time
from typing import Any, NamedTuple, Protocol


class Answer(NamedTuple):
    """What the server would say."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wire(Protocol):
    """The connection that a fault may misuse."""

    def answer(self, answer: Answer) -> None:
        """Send a whole answer."""

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""

    def drop(self, *, reset: bool = False) -> None:
        """End the connection."""


class Fault:
    """Does nothing wrong; the subclasses do."""

    def apply(self, wire: Wire, answer: Answer) -> None:
        """Answer a request, badly."""
        wire.answer(answer)


class Says(Fault):
    """An error of the API server itself: 401, 403, 410, 429, 500, 503 ..."""

    def __init__(
        self, status: int, message: str = "", *, reason: str = "", retry_after: str = ""
    ) -> None:
        self.status, self.message, self.reason = status, message, reason
        self.headers = {"Retry-After": retry_after} if retry_after else {}

    def apply(self, wire: Wire, answer: Answer) -> None:
        wire.answer(failure(self.status, self.message, self.reason, self.headers))


class HalfBody(Fault):
    """The announced length, half of the bytes, and the end of the connection."""

    def apply(self, wire: Wire, answer: Answer) -> None:
        wire.raw(_head(answer) + answer.body[: len(answer.body) // 2])
        wire.drop()


class HalfJson(Fault):
    """A whole answer whose JSON stops in the middle."""

    def apply(self, wire: Wire, answer: Answer) -> None:
        wire.answer(answer._replace(body=answer.body[: len(answer.body) // 2]))


class NotJson(Fault):
    """The login page of a proxy, say."""

    def apply(self, wire: Wire, answer: Answer) -> None:
        page = b"<html><body>Please log in</body></html>"
        wire.answer(Answer(200, {"Content-Type": "text/html"}, page))


class Reset(Fault):
    """The connection is reset before an answer."""

    def apply(self, wire: Wire, answer: Answer) -> None:
        wire.drop(reset=True)


class Redirect(Fault):
    """To another place, which may be a trap for credentials."""

    def __init__(self, to: str) -> None:
        self.to = to

    def apply(self, wire: Wire, answer: Answer) -> None:
        wire.answer(Answer(302, {"Location": self.to}, b""))


class Slow(Fault):
    """The answer comes late; it is not sent if the client has gone by then."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def apply(self, wire: Wire, answer: Answer) -> None:
        time.sleep(self.seconds)
        wire.answer(answer)


class Dribble(Fault):
    """One byte at a time, of the headers too if told so."""

    def __init__(self, pause: float, *, headers: bool = False) -> None:
        self.pause, self.headers = pause, headers

    def apply(self, wire: Wire, answer: Answer) -> None:
        head = _head(answer)
        if not self.headers:
            wire.raw(head)
            head = b""
        for byte in head + answer.body:
            wire.raw(bytes([byte]))
            time.sleep(self.pause)


class DropWebSocket(Fault):
    """The upgrade succeeds; after some bytes of the pod the connection is gone."""

    def __init__(self, after: int = 0) -> None:
        self.after = after


class Silence(Fault):
    """A stream that begins, says nothing for so many seconds, and isn't ended either."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def apply(self, wire: Wire, answer: Answer) -> None:
        wire.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        time.sleep(self.seconds)
        wire.drop()


class EndWatch(Fault):
    """The watch says 410 Gone after its first event."""


def failure(
    status: int, message: str = "", reason: str = "", headers: dict[str, str] | None = None
) -> Answer:
    """The API server's own way to say no."""
    reason = reason or _REASONS.get(status, "")
    body: dict[str, Any] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message or reason,
        "reason": reason,
        "code": status,
    }
    return Answer(
        status, {"Content-Type": "application/json", **(headers or {})}, json.dumps(body).encode()
    )


def _head(answer: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} OK"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    lines += [f"Content-Length: {len(answer.body)}", "", ""]
    return "\r\n".join(lines).encode()


_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "AlreadyExists",
    410: "Expired",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
}
