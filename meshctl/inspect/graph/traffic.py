"""Puts measured requests and errors on edges, from Istio's standard metrics.

The labels are those by which Kiali groups, too: source_workload, source_workload_namespace and
destination_service of istio_requests_total. Proxies count a request at both ends: the client
counts those of the mesh, the server those of clients outside it.
"""

from collections import Counter

from meshctl.cluster.prometheus import Prometheus
from meshctl.inspect.graph.picture import Node
from meshctl.inspect.graph.sketch import Sketch
from meshctl.resources import Workload

_BY = "source_workload, source_workload_namespace, destination_service"
_MINUTES = 5
_OUTSIDE = "unknown"
_ENDS = ('reporter=~"source|waypoint"', f'reporter="destination",source_workload="{_OUTSIDE}"')
_FAILURES = (
    ',response_code=~"5..|0"',
    ',response_code=~"2..",grpc_response_status!="",grpc_response_status!="0"',
)

_Key = tuple[str, str, str]


def draw_traffic(sketch: Sketch, prometheus: Prometheus) -> list[str]:
    """Add what was measured in the last minutes; say what Prometheus doesn't have.

    An edge that nothing else draws is of kind ``traffic``. Raises ClusterError where Prometheus
    can't be asked.
    """
    requests = _rates(prometheus, ("",))
    failures = _rates(prometheus, _FAILURES)
    if not requests:
        return [f"Prometheus has no istio_requests_total of the last {_MINUTES} minutes"]
    workloads = {workload.key_name: workload for workload in sketch.mesh.workloads}
    totals: Counter[tuple[str, str]] = Counter()
    failed: Counter[tuple[str, str]] = Counter()
    for key, rate in requests.items():
        way = _source(sketch, workloads, key), sketch.named(key[2], key[1])
        totals[way] += rate
        failed[way] += min(rate, failures[key])
    for (source, target), rate in totals.items():
        sketch.ways.measure(source, target, rate, failed[source, target] / rate)
    return [f"Prometheus warns: {warning}" for warning in prometheus.warnings]


def _source(sketch: Sketch, workloads: dict[str, Workload], key: _Key) -> str:
    """Find the node of a client; a workload that the input lacks is one all the same."""
    name, namespace, _ = key
    if name in {"", _OUTSIDE}:
        return sketch.nodes.add(Node("clients:outside", "clients", "", "outside the mesh"))
    known = workloads.get(f"{namespace}/{name}")
    if known is not None:
        return sketch.client(known)
    served = sketch.mesh.merged_gateways.for_workload(f"{namespace}/{name}")
    if served is not None:
        return sketch.gateway(served)
    fact = "only Prometheus knows it"
    id_ = f"workload:{namespace}/{name}"
    return sketch.nodes.add(Node(id_, "workload", namespace, name, (fact,)))


def _rates(prometheus: Prometheus, conditions: tuple[str, ...]) -> Counter[_Key]:
    """Ask for requests a second by client and host; ways without any are left out."""
    found: Counter[_Key] = Counter()
    for end in _ENDS:
        for condition in conditions:
            metric = f"istio_requests_total{{{end}{condition}}}"
            for sample in prometheus.query(f"sum by ({_BY}) (rate({metric}[{_MINUTES}m])) > 0"):
                labels = sample.labels
                key = (
                    labels.get("source_workload", ""), labels.get("source_workload_namespace", ""),
                    labels.get("destination_service", ""),
                )  # fmt: skip
                if key[2] not in {"", _OUTSIDE}:
                    found[key] += sample.value  # type: ignore[assignment]
    return found
