"""Does a proxy run what istiod has for it?"""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.cluster.api import ClusterError
from meshctl.inspect.proxies.config_diff import compare
from meshctl.output.proxies.config import config_lines as text
from meshctl.output.proxies.form import config_form as form

ADMIN = "type.googleapis.com/envoy.admin.v3."
UPSTREAM = "outbound|80||shop.x.svc.cluster.local"


def endpoint(address: str) -> dict[str, Any]:
    return {"endpoint": {"address": {"socketAddress": {"address": address, "portValue": 80}}}}


def istiod_dump() -> dict[str, Any]:
    """As istiod writes it: the names of JSON, one version for all."""
    cluster = {"name": UPSTREAM, "type": "EDS", "connectTimeout": "10s"}
    static = {"name": "BlackHoleCluster", "type": "STATIC"}
    listener = {"name": "virtualInbound", "trafficDirection": "INBOUND"}
    route = {"name": "80", "virtualHosts": [{"name": "shop", "domains": ["shop"]}]}
    assignment = {
        "clusterName": UPSTREAM,
        "endpoints": [{"lbEndpoints": [endpoint("10.0.0.2"), endpoint("10.0.0.1")]}],
    }
    return {
        "configs": [
            {"@type": f"{ADMIN}BootstrapConfigDump"},
            {
                "@type": f"{ADMIN}ClustersConfigDump",
                "versionInfo": "2026-03-01T10:00:00Z/7",
                "dynamicActiveClusters": [{"cluster": cluster}, {"cluster": static}],
            },
            {
                "@type": f"{ADMIN}ListenersConfigDump",
                "dynamicListeners": [
                    {"name": "virtualInbound", "activeState": {"listener": listener}}
                ],
            },
            {"@type": f"{ADMIN}RoutesConfigDump", "dynamicRouteConfigs": [{"routeConfig": route}]},
            {
                "@type": f"{ADMIN}EndpointsConfigDump",
                "dynamicEndpointConfigs": [{"endpointConfig": assignment}],
            },
        ]
    }


def envoy_dump() -> dict[str, Any]:
    """The same as Envoy writes it: the names of proto files, times, and what it fills in."""
    stamp = {"version_info": "7", "last_updated": "2026-03-01T10:00:02Z"}
    cluster = {"name": UPSTREAM, "type": "EDS", "connect_timeout": "10s"}
    listener = {"name": "virtualInbound", "traffic_direction": "INBOUND"}
    route = {"name": "80", "virtual_hosts": [{"name": "shop", "domains": ["shop"]}]}
    hosts = [
        {
            "endpoint": {"address": {"socket_address": {"address": one, "port_value": 80}}},
            "health_status": "HEALTHY",
            "load_balancing_weight": 1,
        }
        for one in ("10.0.0.1", "10.0.0.2")
    ]
    return {
        "configs": [
            {
                "@type": f"{ADMIN}ClustersConfigDump",
                "static_clusters": [{"cluster": {"name": "xds-grpc"}, **stamp}],
                "dynamic_active_clusters": [
                    {"cluster": {"name": "BlackHoleCluster", "type": "STATIC"}, **stamp},
                    {"cluster": cluster, **stamp},
                ],
            },
            {
                "@type": f"{ADMIN}ListenersConfigDump",
                "dynamic_listeners": [
                    {"name": "virtualInbound", "active_state": {"listener": listener, **stamp}}
                ],
            },
            {
                "@type": f"{ADMIN}RoutesConfigDump",
                "static_route_configs": [{"route_config": {"name": "inline"}, **stamp}],
                "dynamic_route_configs": [{"route_config": route, **stamp}],
            },
            {
                "@type": f"{ADMIN}EndpointsConfigDump",
                "static_endpoint_configs": [{"endpoint_config": {"cluster_name": "xds-grpc"}}],
                "dynamic_endpoint_configs": [
                    {"endpoint_config": {
                        "cluster_name": UPSTREAM, "endpoints": [{"lb_endpoints": hosts}],
                    }},
                ],
            },
        ]
    }  # fmt: skip


def lines(istiod: Any, envoy: Any) -> list[str]:
    return list(text(compare(istiod, envoy)))


def test_spelling_order_and_times_make_no_difference() -> None:
    assert [
        "Clusters match (2)",
        "Listeners match (1)",
        "Routes match (1)",
        "Endpoints match (1)",
    ] == lines(istiod_dump(), envoy_dump())


def test_a_value_that_differs_shows_as_a_diff() -> None:
    envoy = envoy_dump()
    envoy["configs"][0]["dynamic_active_clusters"][1]["cluster"]["connect_timeout"] = "1s"
    assert [
        "Clusters differ (1 of 2)",
        f"--- istiod {UPSTREAM}",
        f"+++ Envoy {UPSTREAM}",
        "@@ -1,5 +1,5 @@",
        " {",
        '-  "connectTimeout": "10s",',
        '+  "connectTimeout": "1s",',
        f'   "name": "{UPSTREAM}",',
        '   "type": "EDS"',
        " }",
    ] == lines(istiod_dump(), envoy)[:10]


def test_what_one_side_alone_has_is_named() -> None:
    envoy = envoy_dump()
    envoy["configs"][1]["dynamic_listeners"] = [
        {"active_state": {"listener": {"name": "0.0.0.0_80"}}},
        {"name": "virtualInbound", "error_state": {"details": "refused"}},
    ]
    assert [
        "Listeners differ (2 of 2)",
        "- virtualInbound: in istiod alone",
        "+ 0.0.0.0_80: in Envoy alone",
    ] == lines(istiod_dump(), envoy)[1:4]


def test_of_very_many_the_first_are_named_after_what_differs() -> None:
    envoy = envoy_dump()
    listeners = [{"active_state": {"listener": {"name": f"l{n:02}"}}} for n in range(25)]
    envoy["configs"][1]["dynamic_listeners"] += listeners
    found = [line for line in lines(istiod_dump(), envoy) if "in Envoy alone" in line]
    assert "+ l00: in Envoy alone" == found[0]
    assert ["+ and 5 more in Envoy alone (-o json names all)"] == found[20:]


def test_endpoints_are_compared_by_address() -> None:
    envoy = envoy_dump()
    endpoints = envoy["configs"][3]["dynamic_endpoint_configs"][0]["endpoint_config"]
    endpoints["endpoints"][0]["lb_endpoints"].pop()
    found = lines(istiod_dump(), envoy)[3:]
    assert "Endpoints differ (1 of 1)" == found[0]
    assert [" 10.0.0.1:80", "-10.0.0.2:80"] == found[-2:]


def test_an_upstream_that_is_warming_up_shows_while_no_other_form_of_it_runs() -> None:
    envoy = envoy_dump()
    section = envoy["configs"][0]
    section["dynamic_warming_clusters"] = [
        {"cluster": {"name": "BlackHoleCluster", "type": "EDS"}},
    ]
    assert "Clusters match (2)" == lines(istiod_dump(), envoy)[0]
    section["dynamic_active_clusters"].pop(0)
    assert "Clusters differ (1 of 2)" == lines(istiod_dump(), envoy)[0]


def test_parts_that_one_side_lacks_are_not_compared() -> None:
    istiod, envoy = istiod_dump(), envoy_dump()
    envoy["configs"] = envoy["configs"][:1]
    assert [
        "Clusters match (2)",
        "Listeners: not compared, one of the two dumps has none",
        "Routes: not compared, one of the two dumps has none",
    ] == lines(istiod, envoy)


def test_dumps_without_a_common_part_do_not_match() -> None:
    with pytest.raises(ClusterError, match="nothing could be compared"):
        compare(istiod_dump(), {"configs": []})


def test_the_json_form() -> None:
    envoy = envoy_dump()
    envoy["configs"][2]["dynamic_route_configs"] = []
    found = form(compare(istiod_dump(), envoy))
    assert ["clusters", "listeners", "routes", "endpoints"] == list(found)
    assert {
        "compared": 1, "match": False, "only_istiod": ["80"], "only_envoy": [], "differ": [],
    } == found["routes"]  # fmt: skip


def test_a_ztunnel_has_no_envoy() -> None:
    assert ["a ztunnel runs no Envoy whose configuration could be compared"] == list(text(None))
    assert form(None) is None


@pytest.mark.parametrize("dump", [None, [], {}, {"configs": None}, "text"])
def test_what_is_no_dump_is_refused(dump: Any) -> None:
    with pytest.raises(ClusterError, match="Envoy's config dump has no configs"):
        compare(istiod_dump(), dump)


@given(st.data())
def test_a_dump_with_anything_anywhere_is_compared(data: st.DataObject) -> None:
    dump = copy.deepcopy(envoy_dump())
    place: Any = dump["configs"]
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(st.sampled_from([None, 1, "x", [], {}, [1], [None], {"a": 1}]))
    assert list(text(compare(istiod_dump(), dump)))
    assert list(text(compare(dump, istiod_dump())))
