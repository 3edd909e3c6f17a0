"""Does ``analyze`` find what the status of a real istiod says about the Gateway API?

Of every listener and route with a condition that isn't met, some finding has to be about that
listener or route; the share that is found is printed by reason, and its floor only rises. What
istiod accepts and doesn't serve is in no status; routes of that kind are counted apart.
"""

import itertools
from collections import Counter, defaultdict
from typing import Any

import yaml

from meshctl.engine.analyze import analyze
from meshctl.settings import Settings
from tests.conformance.test_gwapi_truth import DATA, needs_data, scenarios

SCENARIOS = 120
FLOOR = 0.98
_HTTP = frozenset({"HTTPRoute", "GRPCRoute"})


@needs_data
def test_every_condition_that_is_not_met_has_a_finding(tmp_path: Any) -> None:
    total: Counter[str] = Counter()
    found: Counter[str] = Counter()
    missed: list[str] = []
    base = (DATA / "gwapi-base.yaml").read_text()
    for scenario in itertools.islice(scenarios("gwapi-s1.jsonl"), SCENARIOS):
        file = tmp_path / "mesh.yaml"
        objects = (yaml.safe_dump(one, sort_keys=False) for one in scenario["objects"])
        file.write_text("\n---\n".join((base, *objects)))
        paths = defaultdict(list)
        for one in analyze([str(file)], Settings(whole_mesh=True)).findings:
            key = f"{one.resource.kind}/{one.resource.namespace}/{one.resource.name}"
            paths[key].append(one.location.path)
        for place, reason, prefix in problems(scenario):
            is_found = any(path.startswith(prefix) for path in paths[place])
            total[reason] += 1
            found[reason] += is_found
            if not is_found:
                missed.append(f"{scenario['id']} {place} {prefix}: {reason}")
    for reason, count in sorted(total.items()):
        print(f"{reason}: {found[reason]} of {count}")  # noqa: T201 - the figures are what this test is for
    said = {reason: count for reason, count in total.items() if reason != "accepted, not served"}
    share = sum(found[reason] for reason in said) / sum(said.values())
    assert share >= FLOOR, "\n".join(missed[:20])


def problems(scenario: dict[str, Any]) -> Any:
    """Walk what is wrong: the object, the reason, and where in the object a finding has to be."""
    written = {}
    for one in scenario["objects"]:
        meta = one["metadata"]
        written[f"{one['kind']}/{meta.get('namespace', '')}/{meta['name']}"] = one
    served = names_of_routes(scenario)
    for key, status in scenario["truth"]["status"].items():
        spec = written[key]["spec"]
        if key.startswith("Gateway/"):
            places = {one["name"]: n for n, one in enumerate(spec["listeners"])}
            for name, listener in status.get("listeners", {}).items():
                for reason in unmet(listener["conditions"]):
                    yield key, reason, f"spec.listeners[{places[name]}]"
            continue
        reasons = {reason for one in status["parents"] for reason in unmet(one["conditions"])}
        for reason in sorted(reasons):
            yield key, reason, ""
        kind, namespace, name = key.split("/")
        has_names = any("name" in rule for rule in spec["rules"])
        is_served = f"{namespace}.{name}" in served or has_names
        if kind in _HTTP and status["parents"] and not reasons and not is_served:
            yield key, "accepted, not served", ""


def unmet(conditions: dict[str, list[str]]) -> set[str]:
    bad = {"Conflicted": "True"}
    return {
        one[1]
        for kind, one in conditions.items()
        if one[0] == bad.get(kind, "False") and one[1] != "Invalid"
    }


def names_of_routes(scenario: dict[str, Any]) -> set[str]:
    """Name the routes, as namespace.name, that some proxy has."""
    proxies = scenario["truth"]["proxies"].values()
    hosts = (host for proxy in proxies for several in proxy["routes"].values() for host in several)
    return {route["name"].rpartition(".")[0] for host in hosts for route in host["routes"]}
