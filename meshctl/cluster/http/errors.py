"""Turns what an API server answers, or does not, into one sentence."""

import os
import socket
import ssl
from collections.abc import Mapping
from typing import Any, NamedTuple

from meshctl.cluster.api import ClusterError, ForbiddenError, NotFoundError
from meshctl.cluster.http.body import MOST_IN_PAGE, EncodingError, TooLongError, parse_json
from meshctl.cluster.http.connection import ProxyRefusedError
from meshctl.words import quoted, without_password

BUSY = (429, 503)
_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_REFUSALS = (400, 405, 406, 415, 422)
_LONGEST_MESSAGE = 1000
_MOST_CAUSES = 20


class AnswerTooLongError(ClusterError):
    """An answer is longer than any that makes sense."""


class ApiAnswer(NamedTuple):
    """What the API server said to one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class AskedServer(NamedTuple):
    """The API server of a context, which has to answer within ``timeout`` seconds.

    ``url`` has no password in it.
    """

    url: str
    context: str
    timeout: float

    def parsed(self, answer: ApiAnswer, path: str) -> Any:
        """Give the JSON of an answer; raises ``ClusterError`` for whatever it is instead."""
        if answer.status in _OK:
            try:
                return parse_json(answer.body, MOST_IN_PAGE)
            except TooLongError as error:
                raise self.broken(error, path) from error
            except ValueError as error:
                start = answer.body[:40].decode(errors="replace")
                raise ClusterError(
                    f"{self.url} answers {path} with something else than JSON ({quoted(start)}…); "
                    "is that the address of an API server?"
                ) from error
        said = _message(answer)
        match answer.status:
            case 401:
                raise ClusterError(
                    f"the API server {self.url} does not accept the credentials of context "
                    f"{self.context} ({said}); log in again, or choose another --context"
                )
            case 403:
                raise ForbiddenError(
                    f"{said}; ask for that right, or choose another --context or --as"
                )
            case 404:
                raise NotFoundError(f"{said} ({path} at {self.url}); check the name")
            case status if status in _REDIRECTS:
                to = without_password(answer.headers.get("location", "").partition("?")[0])
                raise ClusterError(
                    f"{self.url} redirects {path} to {to[:_LONGEST_MESSAGE]}; is that the address of an API server?"
                )
            case status if status in BUSY:
                raise ClusterError(
                    f"the API server {self.url} is too busy for {path} ({status}: {said}); "
                    "try later, or raise --timeout"
                )
        advice = "check the options" if answer.status in _REFUSALS else "try again"
        raise ClusterError(
            f"the API server {self.url} answers {answer.status} to {path} ({said}); {advice}"
        )

    def broken(self, error: Exception, path: str, *, is_begun: bool = False) -> ClusterError:
        """Say why there is no whole answer; ``is_begun`` if it broke off in the middle of it."""
        cause = cause_of(error)
        if isinstance(error, TimeoutError):
            return ClusterError(
                f"the API server {self.url} gave no whole answer to {path} in "
                f"{self.timeout:g} s; raise --timeout"
            )
        if isinstance(error, TooLongError):
            return AnswerTooLongError(
                f"the API server {self.url} answers {path} with {error}, which no cluster needs; "
                "is that the address of an API server?"
            )
        if isinstance(cause, ssl.SSLError):
            return ClusterError(
                f"the connection to the API server {self.url} was refused ({cause}); "
                f"is the client certificate of {self.context} still valid?"
            )
        if is_unaskable(error):
            return ClusterError(f"{path} cannot be asked for ({error}); check the options")
        if is_begun and not isinstance(error, EncodingError):
            reason = f"ended in the middle of the answer to {path}"
        else:
            reason = f"was lost at {path} ({one_sentence(cause)})"
        return ClusterError(f"the connection to the API server {self.url} {reason}; try again")

    def unreachable(self, error: Exception, proxy: str) -> ClusterError:
        """Say why there is no connection."""
        through = f" through {without_password(proxy)}" if proxy else ""
        reason, advice = _no_connection(error)
        return ClusterError(
            f"the API server {self.url} of context {self.context} cannot be reached{through}: "
            f"{reason}; {advice}"
        )


def cause_of(error: BaseException) -> BaseException:
    """Find what really failed below the errors of libraries: of TLS, DNS or a socket."""
    found: BaseException | None = error
    for _ in range(_MOST_CAUSES):
        if isinstance(found, BaseExceptionGroup):
            found = found.exceptions[0]
        elif isinstance(found, ssl.SSLWantReadError):
            break
        elif isinstance(found, ssl.SSLError | socket.gaierror) or (
            isinstance(found, OSError) and found.errno
        ):
            return found
        elif found is None:
            break
        else:
            found = found.__cause__ or found.__context__
    return error


def one_sentence(error: BaseException) -> str:
    """Say an error in words; a socket's as its operating system does."""
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError | socket.gaierror):
        if error.errno:
            return os.strerror(error.errno)
    elif isinstance(error, socket.gaierror):
        return error.strerror or str(error)
    return " ".join(str(error).split())[:_LONGEST_MESSAGE] or type(error).__name__


def is_unaskable(error: Exception) -> bool:
    """Is it the request that can't be sent, whatever the server?"""
    import httpx

    return isinstance(error, httpx.LocalProtocolError | httpx.InvalidURL | UnicodeError)


def _no_connection(error: Exception) -> tuple[str, str]:
    """Give the reason, and what to do."""
    import httpx

    cause = cause_of(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = f"its certificate cannot be trusted ({cause.verify_message})"
        return reason, "is certificate-authority in the kubeconfig up to date?"
    if isinstance(cause, ssl.SSLError):
        return f"there is no common TLS ({cause})", "is its address right?"
    if isinstance(error, ProxyRefusedError):
        return str(error), "check the proxy"
    if isinstance(error, httpx.ProxyError):
        return f"the proxy refuses ({one_sentence(error)})", "check the proxy"
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "it does not answer", "check the VPN, raise --timeout, or choose another --context"
    return one_sentence(cause), "is it running? Or choose another --context"


def _message(answer: ApiAnswer) -> str:
    """Read the message of a ``Status``; other servers answer with text."""
    try:
        content = parse_json(answer.body)
    except ValueError:
        content = None
    said = content.get("message") if isinstance(content, dict) else ""
    text = said if isinstance(said, str) and said else answer.body[:200].decode(errors="replace")
    return " ".join(text[:_LONGEST_MESSAGE].split()) or f"status {answer.status}"
