"""The timeout leaves no time for all the tries that are asked for.

The timeout of a route covers the first try, the retries and the pauses between them. When
`(attempts + 1) * perTryTimeout` is longer, the last tries don't happen if the upstream is slow.

Fix: raise `timeout`, or lower `attempts` or `perTryTimeout`, until all tries fit.
"""

from collections.abc import Iterator

from meshctl.istio.durations import in_words, nanoseconds
from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=VirtualService, severity=Severity.INFO, since="0.1.0", holds=("perTryTimeout",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report retries that don't fit; a single try that doesn't fit is another rule's."""
    for route in service.http:
        if not (route.has("timeout") and route.has("retries")):
            continue
        timeout = nanoseconds(route.text("timeout"))
        retries = route.child("retries")
        one_try = nanoseconds(retries.text("perTryTimeout"))
        attempts = retries.number("attempts") or 0
        if not timeout or not one_try or attempts < 1 or one_try >= timeout:
            continue
        if (attempts + 1) * one_try > timeout:
            fitting = timeout // one_try - 1
            found = Finding(
                retries.at("attempts"),
                f"{attempts} retries after the first try need {in_words((attempts + 1) * one_try)} "
                f"at {in_words(one_try)} each, but the request ends after {in_words(timeout)}: "
                f"if the tries are slow, only {timeout // one_try} of them run to their end",
            ).also(route.at("timeout"), "this timeout covers all tries together")
            if fitting:
                found = found.fixed_by(put(retries.at("attempts"), fitting), safe=False)
            yield found
