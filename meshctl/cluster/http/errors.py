"""Turns answers of the API server, or their absence, into errors with a next step."""

import json
import ssl
from email.message import Message
from http.client import IncompleteRead
from typing import Any, NamedTuple

from meshctl.cluster.api import ClusterError, ForbiddenError, NotFoundError
from meshctl.cluster.http.connection import ProxyError
from meshctl.words import quoted

BUSY = (429, 503)
_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_REFUSALS = (400, 405, 406, 415, 422)


class ApiAnswer(NamedTuple):
    """What the API server said to one request."""

    status: int
    headers: Message
    body: bytes


class AskedServer(NamedTuple):
    """The API server of a context, which has to answer within ``timeout`` seconds."""

    url: str
    context: str
    timeout: float

    def parsed(self, answer: ApiAnswer, path: str) -> Any:
        """Give the JSON of an answer; raises ``ClusterError`` for whatever it is instead."""
        if answer.status in _OK:
            try:
                return json.loads(answer.body)
            except (ValueError, RecursionError) as error:
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
                raise ClusterError(
                    f"{self.url} redirects {path} to {answer.headers.get('Location')}; "
                    "is that the address of an API server?"
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

    def broken(self, error: Exception, path: str) -> ClusterError:
        """Say why there is no whole answer."""
        if isinstance(error, TimeoutError):
            return ClusterError(
                f"the API server {self.url} gave no whole answer to {path} in "
                f"{self.timeout:g} s; raise --timeout"
            )
        if isinstance(error, IncompleteRead):
            reason = f"ended in the middle of the answer to {path}"
        elif isinstance(error, ssl.SSLError):
            reason = (
                f"was refused ({error}); is the client certificate of {self.context} still valid"
            )
            return ClusterError(f"the connection to the API server {self.url} {reason}?")
        elif isinstance(error, ValueError):
            return ClusterError(f"{path} cannot be asked for ({error}); check the options")
        else:
            reason = f"was lost at {path} ({error or type(error).__name__})"
        return ClusterError(f"the connection to the API server {self.url} {reason}; try again")

    def unreachable(self, error: Exception, proxy: str) -> ClusterError:
        """Say why there is no connection."""
        through = f" through {_shown(proxy)}" if proxy else ""
        advice = "is it running? Or choose another --context"
        if isinstance(error, ssl.SSLCertVerificationError):
            reason = f"its certificate cannot be trusted ({error.verify_message})"
            advice = "is certificate-authority in the kubeconfig up to date?"
        elif isinstance(error, ssl.SSLError):
            reason, advice = f"there is no common TLS ({error})", "is its address right?"
        elif isinstance(error, ProxyError):
            reason, advice = str(error), "check the proxy"
        elif isinstance(error, TimeoutError):
            reason = "it does not answer"
            advice = "check the VPN, raise --timeout, or choose another --context"
        else:
            reason = getattr(error, "strerror", None) or str(error)
        return ClusterError(
            f"the API server {self.url} of context {self.context} cannot be reached{through}: "
            f"{reason}; {advice}"
        )


def _message(answer: ApiAnswer) -> str:
    """Read the message of a ``Status``; other servers answer with text."""
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        content = None
    said = content.get("message") if isinstance(content, dict) else ""
    text = said if isinstance(said, str) and said else answer.body[:200].decode(errors="replace")
    return " ".join(text.split()) or f"status {answer.status}"


def _shown(proxy: str) -> str:
    """Show a proxy, without its password."""
    scheme, slashes, rest = proxy.rpartition("//")
    return f"{scheme}{slashes}{rest.rpartition('@')[2]}"
