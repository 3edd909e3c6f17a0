"""What a route injects: answers instead of the server's (aborts), and delays.

Mirrors TranslateFault (pilot/pkg/networking/core/route/route.go, Istio 1.31) and Envoy's filter
``envoy.filters.http.fault``, which stands before the router: an abort goes to the client at once,
without retries, and a delay is over before the timeout of the route starts. An absent percentage
is 0, and one below 0.0001 too, since Envoy counts in millionths.
"""

from typing import NamedTuple

from meshctl.istio.durations import in_words, nanoseconds
from meshctl.istio.protocols import GRPC_STATUS
from meshctl.mesh.traffic.delegates import HttpRule
from meshctl.resources.istio.virtual_service import Fault, Route

_ALL = 100.0
_PARTS_OF_A_PERCENT = 10_000


class Abort(NamedTuple):
    """A part of the requests, in percent, gets an answer of the proxy: a status, or one of gRPC.

    A status of gRPC comes with the HTTP status 200, and to clients of gRPC alone.
    """

    percent: float
    status: int
    grpc_status: str = ""

    @property
    def answer(self) -> str:
        """The answer, as it is named in texts."""
        if not self.grpc_status:
            return str(self.status)
        number = GRPC_STATUS[self.grpc_status]
        return f"{self.status} with grpc-status {number} ({self.grpc_status})"

    @property
    def text(self) -> str:
        """Whom it hits: ``10 % of the requests get 503 (fault)``."""
        return f"{_part(self.percent, 'gets', 'get')} {self.answer} (fault)"


class Delay(NamedTuple):
    """A part of the requests, in percent, waits so many nanoseconds before it goes on."""

    percent: float
    duration: int

    @property
    def text(self) -> str:
        """Whom it hits: ``every request waits 2s (fault)``."""
        return f"{_part(self.percent, 'waits', 'wait')} {in_words(self.duration)} (fault)"


class Faults(NamedTuple):
    """What a route injects; what hits no request is left out."""

    abort: Abort | None = None
    delay: Delay | None = None

    @property
    def aborts_all(self) -> bool:
        """Does every request get the answer of the fault?"""
        return self.abort is not None and self.abort.percent >= _ALL

    @property
    def texts(self) -> tuple[str, ...]:
        """What happens to which part of the requests."""
        return tuple(one.text for one in (self.delay, self.abort) if one is not None)


NO_FAULTS = Faults()


def faults_of(rule: HttpRule) -> Faults:
    """Read the faults of a rule; a delegate inherits those of its root."""
    return written_faults(rule.saying("fault"))


def written_faults(route: Route) -> Faults:
    """Read the faults that are written on a route."""
    return Faults(_abort(route.abort), _delay(route.delay))


def _abort(fault: Fault) -> Abort | None:
    percent = _percent(fault)
    status, grpc = fault.number("httpStatus"), fault.text("grpcStatus")
    if not percent or not (status or grpc in GRPC_STATUS):
        return None
    return Abort(percent, status) if status else Abort(percent, 200, grpc)


def _delay(fault: Fault) -> Delay | None:
    percent, duration = _percent(fault), nanoseconds(fault.text("fixedDelay"))
    return Delay(percent, duration) if percent and duration and duration > 0 else None


def _percent(fault: Fault) -> float:
    percent = min(fault.percentage, _ALL)
    return percent if percent * _PARTS_OF_A_PERCENT >= 1 else 0.0


def _part(percent: float, one: str, several: str) -> str:
    return f"every request {one}" if percent >= _ALL else f"{percent:g} % of the requests {several}"
