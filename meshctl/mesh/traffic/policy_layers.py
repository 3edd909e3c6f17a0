"""The layers of a DestinationRule: host, subset, port.

An entry for a port replaces connectionPool, loadBalancer, outlierDetection and tls of the policy
above it as a whole (GetPortLevelTrafficPolicy, pilot/pkg/networking/util/util.go, Istio 1.31).
"""

from collections.abc import Iterable, Iterator

from meshctl.mesh.registry.services import HostPort
from meshctl.resources import DestinationRule, PortPolicy, Ref, TrafficPolicy, View
from meshctl.resources.view import views


def written_policies(rule: DestinationRule) -> Iterator[TrafficPolicy | PortPolicy]:
    """Walk every place of a rule that sets something: the host, each subset, each port."""
    for policy in (rule.policy, *(subset.policy for subset in rule.subsets)):
        yield policy
        yield from policy.ports


def written_localities(setting: View) -> Iterator[tuple[str, Ref]]:
    """Walk the localities in ``distribute`` and ``failover`` of a ``localityLbSetting``."""
    for entry in views(setting, "distribute", View):
        yield entry.text("from"), entry.at("from")
        for name in entry.child("to").names():
            yield name, entry.key("to", name)
    for entry in views(setting, "failover", View):
        for key in ("from", "to"):
            yield entry.text(key), entry.at(key)


def ports_under(
    policy: TrafficPolicy | PortPolicy, ports: Iterable[HostPort]
) -> tuple[HostPort, ...]:
    """Choose the ports of a host for which a policy sets something: no entry replaces it there."""
    if isinstance(policy, PortPolicy):
        return tuple(port for port in ports if port.number == policy.port)
    return tuple(port for port in ports if policy.for_port(port.number) is None)
