"""Says in CEL that something holds for each part of an object, as admission policies ask it."""

_POLICY = "{policy}"


def all_policies(holds: str) -> str:
    """Say that something holds for each traffic policy of a DestinationRule.

    These are the policies of the host and of each subset, and their entries for ports (Istio 1.31).
    ``{policy}`` stands for one of them.
    """
    whole = _with_ports("object.spec.trafficPolicy", holds)
    return f"{whole} && {all_of('object.spec.subsets', 's', _with_ports('s.trafficPolicy', holds))}"


def all_routes(lists: tuple[str, ...], holds: str) -> str:
    """Say that something holds for each route ``r`` in some lists of a VirtualService."""
    return " && ".join(all_of(f"object.spec.{field}", "r", holds) for field in lists)


def all_of(items: str, name: str, holds: str) -> str:
    """Say that something holds for each item of a list that need not be there."""
    return f"(!has({items}) || {items}.all({name}, {holds}))"


def _with_ports(policy: str, holds: str) -> str:
    own = holds.replace(_POLICY, policy)
    ports = all_of(f"{policy}.portLevelSettings", "e", holds.replace(_POLICY, "e"))
    return f"(!has({policy}) || (({own}) && {ports}))"
