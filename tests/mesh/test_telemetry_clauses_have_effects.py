"""A clause of a Telemetry that is called dead changes no report of any proxy, and one that isn't changes some.

Random Telemetries of the root namespace, of a namespace and of some of its workloads, beside the providers of a mesh
config. What is asked is what the proxy of each workload reports on each side: logs, metrics and spans.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from clause_effects import Clause, Example, Kind, Said, some_of
from gateway_meshes import pods, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.workloads.telemetry.merging import Mode, TraceSpec

INJECTED = {"sidecar.istio.io/inject": "true"}
CONFIGS = [
    MeshConfig.parse({
        "extensionProviders": [
            {"name": "files", "envoyFileAccessLog": {"path": "/dev/stderr"}},
            {"name": "spans", "opentelemetry": {"service": "otel.watch.svc.cluster.local", "port": 4317}},
            {"name": "zip", "zipkin": {"service": "otel.watch.svc.cluster.local", "port": 4317}},
        ],
        "defaultProviders": defaults,
    })
    for defaults in (
        {}, {"metrics": ["prometheus"]},
        {"metrics": ["prometheus"], "accessLogging": ["envoy"], "tracing": ["spans"]},
    )
]  # fmt: skip
SELECTED = (None, {"app": "tea"}, {"app": "door"}, {"app": "nobody"}, {"tier": "web"})
WORKING = {
    "accessLogging": ("envoy", "files", "Envoy"),
    "metrics": ("prometheus",),
    "tracing": ("spans", "zip", "Zip"),
}
BROKEN = {
    "accessLogging": ("nowhere", "spans", "stackdriver"),
    "metrics": ("stackdriver", "nowhere"),
    "tracing": ("envoy", "nowhere"),
}
CONDITIONS = ("response.code >= 400", "response.code == 200")
UNHEARD = {"telemetry/provider-of-another-signal", "telemetry/unknown-provider"}
AT_GATEWAYS = "telemetry/server-side-of-gateway"
IGNORED = {
    "telemetry/disabling-taken-back", "telemetry/filter-without-provider",
    "telemetry/log-filter-replaced", "telemetry/provider-missing",
    "telemetry/selects-no-workload",
}  # fmt: skip


def service(name: str, port: int) -> Any:
    spec = {"ports": [{"name": "grpc", "port": port}], "selector": {"app": "otel"}}
    return thing("Service", name, spec, group="v1")


GROUND = (
    thing("Namespace", "/shop", None, group="v1"), thing("Namespace", "/watch", None, group="v1"),
    thing("Namespace", "/istio-system", None, group="v1"),
    pods("shop/tea", {"app": "tea", "tier": "web", **INJECTED}),
    pods("shop/milk", {"app": "milk", "tier": "web", **INJECTED}),
    pods("watch/otel", {"app": "otel", **INJECTED}),
    pods("shop/door", {"app": "door"}, containers=[{"name": "istio-proxy"}]),
    service("watch/otel", 4317),
)  # fmt: skip


def answers(one: Mesh) -> dict[str, Any]:
    return {workload.key_name: one.workloads.reports.of(workload) for workload in one.workloads}


KINDS = [Kind(GROUND, answers, ("telemetry",), config) for config in CONFIGS]

modes = strategies.sampled_from([None, None, "CLIENT", "SERVER"])
maybe = strategies.sampled_from([None, True, False])
is_off = strategies.sampled_from([None, True])


def whole(**parts: Any) -> Any:
    """A mapping of those parts that are something."""
    return strategies.fixed_dictionaries(parts).map(
        lambda one: {key: value for key, value in one.items() if value is not None}
    )


def providers(names: tuple[str, ...], most: int) -> Any:
    several = strategies.lists(
        strategies.sampled_from(names), min_size=1, max_size=most, unique=True
    )
    named = several.map(lambda found: [{"name": name} for name in found])
    return strategies.one_of(strategies.none(), named)


def sides(**parts: Any) -> Any:
    return whole(mode=modes, **parts).map(lambda one: one or None)


tags = strategies.sampled_from(
    [None, {"code": {"operation": "REMOVE"}}, {"team": {"operation": "UPSERT", "value": "node.id"}}]
)
overrides = whole(
    match=sides(metric=strategies.sampled_from([None, "REQUEST_COUNT", "TCP_SENT_BYTES"])),
    disabled=is_off, tagOverrides=tags,
).filter(lambda one: len({"disabled", "tagOverrides"} & one.keys()) == 1)  # fmt: skip
filters = strategies.sampled_from([None, *({"expression": one} for one in CONDITIONS)])
samplings = strategies.sampled_from([None, 10.0, 50.0])
custom_tags = strategies.sampled_from([None, {"team": {"literal": {"value": "tea"}}}])


def entries(names: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """The lists of each signal."""
    logs = whole(
        providers=providers(names["accessLogging"], 2),
        match=sides(),
        disabled=is_off,
        filter=filters,
    ).filter(lambda one: one.keys() - {"match"})
    metrics = whole(
        providers=providers(names["metrics"], 1),
        reportingInterval=strategies.sampled_from([None, "10s"]),
        overrides=strategies.lists(
            overrides,
            min_size=1,
            max_size=2,
            unique_by=(
                lambda one: one.get("match", {}).get("metric"),
                lambda one: str(one.get("tagOverrides")),
            ),
        ),
    )
    traces = whole(
        providers=providers(names["tracing"], 1), match=sides(), disableSpanReporting=maybe,
        randomSamplingPercentage=samplings, customTags=custom_tags, enableIstioTags=maybe,
        disableContextPropagation=maybe, useRequestIdForTraceSampling=maybe,
    )  # fmt: skip
    return {
        "accessLogging": strategies.lists(
            logs,
            min_size=1,
            max_size=2,
            unique_by=lambda one: (str(one.get("filter")), "disabled" in one),
        ).filter(lambda found: all("providers" in one for one in found[1:])),
        "metrics": strategies.lists(metrics, min_size=1, max_size=1),
        "tracing": strategies.lists(traces, min_size=1, max_size=1),
    }


def manifest(name: str, age: int, home: str, spec: dict[str, Any]) -> Any:
    created = f"2026-01-01T00:00:{age:02}Z"
    metadata = {"name": name, "namespace": home, "creationTimestamp": created}
    group = "telemetry.istio.io/v1"
    return {"apiVersion": group, "kind": "Telemetry", "metadata": metadata, "spec": spec}


@strategies.composite
def telemetries(draw: Any, number: int, names: Any, selected: Any) -> Any:
    signals = strategies.sets(strategies.sampled_from([*names]), min_size=1, max_size=2)
    every = entries(names)
    spec = {key: draw(every[key]) for key in sorted(draw(signals))}
    labels = draw(strategies.sampled_from(selected))
    spec |= {"selector": {"matchLabels": labels}} if labels else {}
    home = draw(
        strategies.sampled_from(["shop", "shop", "istio-system"] if not labels else ["shop"])
    )
    return manifest(f"t{number}", number, home, spec)


def several(most: int, names: Any = WORKING, selected: Any = SELECTED) -> Any:
    manifests = some_of(lambda number: telemetries(number, names, selected), most)
    return strategies.builds(Example, strategies.sampled_from(KINDS), manifests)


def clauses(manifests: Any) -> Iterator[Clause]:
    """Entries, their fields, providers and overrides, and the fields of overrides."""
    for number, one in enumerate(manifests):
        for signal in WORKING:
            for at, entry in enumerate(one["spec"].get(signal, ())):
                own = Clause(number, ("spec", signal, at))
                yield own
                yield from (own.below(key) for key in entry)
                yield from (
                    own.below("providers", n) for n, _ in enumerate(entry.get("providers", ()))
                )
                for n, override in enumerate(entry.get("overrides", ())):
                    yield own.below("overrides", n)
                    yield from (own.below("overrides", n, key) for key in override)


def all_signals(*off: dict[str, Any]) -> dict[str, Any]:
    """Everything to providers of its own, turned off or not."""
    changed = [{"tagOverrides": {"code": {"value": "x"}, "team": {"value": "x"}}}]
    metrics = {"providers": [{"name": "prometheus"}], "reportingInterval": "3s"}
    return {
        "accessLogging": [
            {"providers": [{"name": name}], "filter": {"expression": "x"}, "disabled": bool(off)}
            for name in ("files", "envoy")
        ],
        "metrics": [metrics | {"overrides": [*changed, *off]}],
        "tracing": [{"providers": [{"name": "zip"}], "disableSpanReporting": bool(off)}],
    }


ON = {
    "accessLogging": [{"disabled": False}],
    "metrics": [{"overrides": [
        {"match": {"metric": name}, "disabled": False} for name in ("REQUEST_COUNT", "TCP_SENT_BYTES")
    ]}],
    "tracing": [{"disableSpanReporting": False}],
    "selector": {"matchLabels": {"tier": "web"}},
}  # fmt: skip
SIZED = {"match": {"metric": "RESPONSE_SIZE"}, "tagOverrides": {"size": {"value": "x"}}}
SETTINGS = {
    "disableSpanReporting": False, "customTags": {"x": {"literal": {"value": "x"}}},
    "enableIstioTags": False, "useRequestIdForTraceSampling": False,
    "disableContextPropagation": True, "randomSamplingPercentage": 7.0,
}  # fmt: skip
OTHERS = (
    manifest("wide", 59, "istio-system", all_signals()),
    manifest("off", 59, "istio-system", all_signals({"disabled": True})),
    manifest("narrow", 59, "shop", ON),
    manifest(
        "again", 59, "shop", {"metrics": [{"overrides": [SIZED]}], "selector": ON["selector"]}
    ),
    manifest("traces", 59, "istio-system", {"tracing": [SETTINGS]}),
)


def surroundings(one: Example) -> Iterator[Example]:
    """The same Telemetries beside another one, and with other defaults of the mesh."""
    for kind, others in product(KINDS[::2], ((), *((other,) for other in OTHERS))):
        yield Example(kind, [*one.manifests, *others])


@settings(max_examples=30)
@given(several(1, selected=(None, {"app": "tea"}, {"tier": "web"})))
def test_what_nothing_is_said_of_has_an_effect(one) -> None:
    """The effect may need a Telemetry that is wider or narrower, or other defaults."""
    every = list(clauses(one.manifests))
    for clause in every:
        if not one.is_complained_about(clause) and not is_explicitly_off(one, clause):
            assert one.has_twin(clause, every) or any(
                each.differs(clause) for each in surroundings(one)
            )


def is_explicitly_off(one: Example, clause: Clause) -> bool:
    """Is it an entry that turns off what gets nothing anyway, since other entries name others, or a part of it?"""
    _, signal, number, *fields = clause.path
    several = one.manifests[clause.number]["spec"][signal]
    if number + 1 < len(several) and "providers" not in several[number]:
        return True  # the next entry says who gets logs at all
    if (
        fields == ["filter"]
        and "disabled" in several[number]
        and "providers" not in several[number]
    ):
        return True  # it filters what is off, as the entry says
    return len(several) > 1 and "disabled" in several[number] and fields != ["disabled"]


def taken_out(one: Example, said: Said) -> Example:
    """Take out what is called ignored: the Telemetry, the entry, or the provider.

    An entry of logs or traces, whatever its side, takes the place of defaults, and does so without all else in it.
    """
    path = said.clause.path
    if said.rule == AT_GATEWAYS and "metrics" not in path:
        return one.with_(Clause(said.clause.number, path[:3]), {"match": {"mode": "SERVER"}})
    is_whole = said.rule == "telemetry/selects-no-workload"
    return one.without(Clause(said.clause.number) if is_whole else ignored(one, said))


def ignored(one: Example, said: Said) -> Clause:
    """The clause that does nothing, which is the place, or what it is a part of."""
    path = said.clause.path
    if said.rule == "telemetry/log-filter-replaced":
        return said.clause if path[-1] != "name" else Clause(said.clause.number, path[:-1])
    if path[-1] == "mode":
        return Clause(said.clause.number, path[: path.index("match")])
    return said.clause


@settings(max_examples=30)
@given(several(2))
def test_what_is_called_ignored_has_no_effect(one) -> None:
    for said in one.said:
        if said.rule in IGNORED and not (
            said.rule == "telemetry/disabling-taken-back"
            and "client and server" not in said.finding.message
        ):
            assert taken_out(one, said).answers == one.answers


@settings(max_examples=30)
@given(several(1, selected=({"app": "door"},)))
def test_what_is_for_the_server_side_of_a_gateway_has_no_effect(one) -> None:
    for said in one.said:
        if said.rule == AT_GATEWAYS:
            assert taken_out(one, said).answers == one.answers


@settings(max_examples=30)
@given(several(2, BROKEN))
def test_a_provider_that_is_called_unheard_gets_nothing(one) -> None:
    """Nor does any other, where the name is all that the entry has; the defaults are replaced."""
    unheard = {
        (said.clause.path[1], one.value(said.clause)) for said in one.said if said.rule in UNHEARD
    }
    for reports in (each for sides_of in one.answers.values() for each in sides_of.values()):
        found = {("accessLogging", name) for name in reports.logs or ()}
        found |= {("metrics", name) for name in reports.metrics}
        found |= {("tracing", reports.spans.provider)} if reports.spans else set()
        assert not found & unheard


@pytest.mark.parametrize("extra", [(), ({"match": {"mode": "SERVER"}},)])
def test_what_turns_one_side_off_stands_for_both(extra) -> None:
    entries = [{"match": {"mode": "CLIENT"}, "disabled": True}, *extra]
    one = Example(KINDS[2], [manifest("t", 0, "shop", {"accessLogging": entries})])
    (tea,) = one.mesh.workloads.find({"app": "tea"})
    is_lost = one.answers[tea.key_name][Mode.SERVER].logs is None
    assert is_lost is ("telemetry/default-logs-lost" in {said.rule for said in one.said})


def test_a_name_is_found_whatever_its_capitals() -> None:
    spec = {"tracing": [{"providers": [{"name": "SPANS"}]}]}
    one = Example(KINDS[0], [manifest("t", 0, "shop", spec)])
    (tea,) = one.mesh.workloads.find({"app": "tea"})
    assert ["SPANS"] * 2 == [each.spans.provider for each in one.answers[tea.key_name].values()]


def test_the_younger_of_two_that_select_a_workload_is_laid_over_the_older() -> None:
    older = {"accessLogging": [{"providers": [{"name": "envoy"}]}], "tracing": [SETTINGS]}
    younger = {"accessLogging": [{"providers": [{"name": "files"}]}]}
    picked = {"selector": {"matchLabels": {"app": "tea"}}}
    one = Example(
        KINDS[2],
        [manifest("a", 1, "shop", older | picked), manifest("b", 2, "shop", younger | picked)],
    )
    (tea,) = one.mesh.workloads.find({"app": "tea"})
    found = one.answers[tea.key_name][Mode.SERVER]
    assert ({*found.logs}, found.spans) == ({"files"}, TraceSpec("spans", SETTINGS))
