"""A corsPolicy answers with a star beside allowCredentials, which browsers take literally.

Envoy writes `allowHeaders`, `allowMethods` and `exposeHeaders` into its answers as they stand. The star stands for all
of them for requests without credentials alone; of a request with cookies or a client certificate it is the name of a header or
method (Fetch Standard, CORS protocol and credentials): browsers block requests with `Content-Type: application/json`, `PUT`
or a header of their own.

Fix: list the headers and methods, or leave `allowCredentials` out.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule

_FIELDS = {
    "allowHeaders": "a header",
    "allowMethods": "a method",
    "exposeHeaders": "a header",
}


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("allowCredentials",))
def check(service: VirtualService, _: Mesh) -> Iterator[Outcome]:
    """Report stars beside `allowCredentials: true`."""
    for route in service.http:
        policy = route.child("corsPolicy")
        for field, what in _FIELDS.items() if policy.flag("allowCredentials") else ():
            stars = [at for at, text in enumerate(policy.texts(field)) if text == "*"]
            if stars:
                yield Finding(
                    policy.at(field, stars[0]),
                    f"of a request with credentials, which allowCredentials is for, browsers take '*' for {what} "
                    "of that name",
                )
