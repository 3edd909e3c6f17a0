"""Finds the rules of a Gateway API kind: what its CRD says in CEL, as functions.

A rule counts where the CRDs of both channels of 1.4 and of 1.6 have it (kubernetes-sigs/gateway-api,
config/crd), so that it holds whichever of them is installed. Those that a rule with the whole mesh in
view says better are left to it: a backend without its port, two listeners that can't be told apart, and
what is asked of certificates.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from meshctl.validation.cel.evaluator import CelRules
from meshctl.validation.faults import Fault
from meshctl.validation.gateway_api import backends, gateways, grpc_routes, http_routes, parents
from meshctl.validation.gateway_api.walk import Broken

_Rule = Callable[[dict[str, Any]], Iterator[Broken]]

_RULES: dict[str, tuple[_Rule, ...]] = {
    "Gateway": (gateways.check,),
    "ListenerSet": (gateways.check,),
    "HTTPRoute": (parents.check, http_routes.check),
    "GRPCRoute": (parents.check, grpc_routes.check),
    "TCPRoute": (parents.check,),
    "TLSRoute": (parents.check,),
    "UDPRoute": (parents.check,),
    "BackendTLSPolicy": (backends.check,),
}


def rules_of(kind: str, written: CelRules) -> CelRules:
    """Add what is asked of the objects of a kind to the rules that their schema has."""
    rules = _RULES.get(kind)
    if rules is None:
        return written

    def check(value: Any) -> Sequence[Fault]:
        spec = value.get("spec") or {}
        found = [
            Fault("cel-rule", ("spec", *path), message, key=key)
            for rule in rules
            for path, message, key in rule(spec)
        ]
        return [*written.check(value), *found]

    return CelRules(check, written.unknown)
