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
from meshctl.spelling import misspelling_of

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
                yield _misspelt(destination, missing, mesh) or NotChecked(
                    mesh.knows.all_of(kind, where).reason or _ELSEWHERE
                )
                continue
            is_mirror = bool({"mirror", "mirrors"} & set(destination.path))
            finding = Finding(destination.at("host"), _message(missing, is_mirror=is_mirror))
            similar, is_unfinished = missing.similar, missing.why is NoClusterReason.UNFINISHED
            if similar is not None:
                finding = finding.also(similar.source.at("metadata", "name"), "declared here")
            if similar is not None and missing.why is not NoClusterReason.HIDDEN:
                edit = put(destination.at("host"), similar.host)
                finding = finding.fixed_by(edit, safe=is_unfinished)
            yield finding


def _misspelt(destination: Destination, missing: MissingCluster, mesh: Mesh) -> Finding | None:
    """Find the name that was meant, where the input may lack the one that is written."""
    name = missing.host.partition(".")[0]
    near = mesh.registry.of_namespace(mesh.registry.home(missing.host) or "")
    meant = misspelling_of(name, {one.host.partition(".")[0] for one in near})
    if meant is None:
        return None
    text = f"the input declares no {missing.host}; did you mean {meant}?"
    edit = put(destination.at("host"), destination.host.replace(name, meant, 1))
    return Finding(destination.at("host"), text, Severity.WARNING).fixed_by(edit, safe=False)


def _message(missing: MissingCluster, *, is_mirror: bool) -> str:
    similar = missing.similar
    if missing.why is NoClusterReason.HIDDEN and similar is not None:
        visible = ", ".join(sorted(similar.visible)) or "no namespace"
        return f"{missing.host} is exported to {visible}, and nobody there uses this route"
    if missing.why is NoClusterReason.UNFINISHED and similar is not None:
        return (
            f"nothing declares {missing.host}: Istio completes only names without a dot, and the "
            f"Service is {similar.host}"
        )
    hint = f"; the Service of that name is {similar.host}" if similar is not None else ""
    effect = "the copies are dropped" if is_mirror else "proxies answer 503"
    return f"nothing declares {missing.host}, so {effect}{hint}"
