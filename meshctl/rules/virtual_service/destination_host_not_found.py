"""A route sends requests to a host that doesn't exist for its clients.

istiod sends the route as it is written; the proxies have no upstream of that name and answer 503
with response flag NC (cluster not found). A mirror to such a host is dropped without a trace.

Fix: name a Service that exists, with its namespace when it is another one
(`reviews.prod.svc.cluster.local`), or declare an external host with a ServiceEntry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.reachability import MissingCluster, NoClusterReason
from meshctl.resources import Destination, VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule

_ELSEWHERE = "hosts of other clusters' domains may be declared where the input doesn't show it"


@rule(on=VirtualService, severity=Severity.ERROR, equivalents=("IST0101", "KIA1101"), since="0.1.0")
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts that the input proves to be absent, hidden or written short by mistake."""
    for route in service.routes:
        for destination in route.destinations:
            missing = mesh.reachability.clusters.missing(destination)
            if missing is None:
                continue
            declared = mesh.registry.at(missing.host)
            if missing.why is NoClusterReason.UNKNOWN and missing.similar in declared:
                yield NotChecked("the input doesn't tell who routes to a host that few may see")
                continue
            if missing.why is NoClusterReason.UNKNOWN:
                home = mesh.registry.home(missing.host)
                kind, where = ("Service", home) if home else ("ServiceEntry", service.namespace)
                known = mesh.knows.all_of(kind, where)
                yield _misspelt(destination, missing) or NotChecked(known.reason or _ELSEWHERE)
                continue
            is_mirror = bool({"mirror", "mirrors"} & set(destination.path))
            effect = "the copies are dropped" if is_mirror else "proxies answer 503"
            finding = Finding(destination.at("host"), missing.said(effect))
            similar, is_unfinished = missing.similar, missing.why is NoClusterReason.UNFINISHED
            if similar is not None:
                finding = finding.also(similar.source.at("metadata", "name"), "declared here")
            if similar is not None and missing.why is not NoClusterReason.HIDDEN:
                edit = put(destination.at("host"), similar.host)
                finding = finding.fixed_by(edit, safe=is_unfinished)
            yield finding


def _misspelt(destination: Destination, missing: MissingCluster) -> Finding | None:
    if not missing.meant:
        return None
    place, name = destination.at("host"), missing.host.partition(".")[0]
    name = missing.host if "." in missing.meant else name
    text = f"the input declares no {missing.host}; did you mean {missing.meant}?"
    edit = put(place, destination.host.replace(name, missing.meant, 1))
    return Finding(place, text, Severity.WARNING).fixed_by(edit, safe=False)
