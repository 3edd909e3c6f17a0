"""Checks WorkloadGroups.

Mirrors ValidateWorkloadGroup, pkg/config/validation/validation.go, Istio 1.31. The CRD refuses a
group without template, negative numbers, wrong ports and schemes, and two ways to probe at once;
nobody looks at the template itself.
"""

import re
from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.labels import check_labels
from meshctl.words import quoted

_HEADER = re.compile("[-A-Za-z0-9]+")


def check(resource: Resource) -> Iterator[Fault]:
    """Check one WorkloadGroup; wrong labels are the whole answer."""
    spec = resource.spec
    wrong_labels = list(check_labels(spec.child("metadata"), "labels"))
    yield from wrong_labels
    if not wrong_labels and spec.has("probe"):
        yield from _check_probe(spec.child("probe"))


def _check_probe(probe: View) -> Iterator[Fault]:
    if probe.has("grpc"):
        yield refuse(
            probe.key("grpc"), "Istio cannot probe by grpc; use httpGet, tcpSocket or exec"
        )
    elif not any(probe.has(way) for way in ("httpGet", "tcpSocket", "exec")):
        yield refuse(probe.at(), "the probe probes nothing; it needs httpGet, tcpSocket or exec")
    if probe.has("exec") and not probe.child("exec").texts("command"):
        yield refuse(probe.at("exec", "command"), "exec needs a command")
    for header in views(probe.child("httpGet"), "httpHeaders", View):
        name = header.text("name")
        if not _HEADER.fullmatch(name):
            why = f"{quoted(name)} cannot name a header of a probe; allowed: letters, digits and dashes"
            yield refuse(header.at("name"), why)
