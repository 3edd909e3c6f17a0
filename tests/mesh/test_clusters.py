"""What destinations lead to, who finds their subsets, and where redirects lead."""

import pytest
from gateway_meshes import gateway, mesh, pods, routes_for, server, service, thing
from hypothesis import given
from hypothesis import strategies as st

from meshctl.mesh.reachability.clusters import NoClusterReason
from meshctl.mesh.reachability.subsets import ELSEWHERE
from meshctl.mesh.traffic.path_rewrite import broken_example, rewrite


def to(host, **destination):
    return {"route": [{"destination": {"host": host, **destination}}]}


def only_destination(item):
    return item.http[0].routes[0].destination


def why(made, item):
    missing = made.reachability.clusters.missing(only_destination(item))
    return None if missing is None else missing.why


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("web", None),
        ("web.shop.svc.cluster.local", None),
        ("wob", NoClusterReason.ABSENT),
        ("wob.shop.svc.cluster.local", NoClusterReason.ABSENT),
        ("web.shop", NoClusterReason.UNFINISHED),
        ("web.shop.svc", NoClusterReason.UNFINISHED),
        ("wob.shop.svc", NoClusterReason.ABSENT),
        ("secret.bank.svc.cluster.local", NoClusterReason.HIDDEN),
        ("web.unknown.svc.cluster.local", NoClusterReason.UNKNOWN),
        ("www.example.com", NoClusterReason.UNKNOWN),
        ("web.shop.svc.clusterset.local", NoClusterReason.UNKNOWN),
        ("*.example.com", None),
        ("", None),
    ],
)
def test_unknown_is_not_absent(host, expected) -> None:
    secret = service("bank/secret", annotations={"networking.istio.io/exportTo": "."})
    made = mesh(
        thing("Namespace", "shop/shop", {}, group="v1"),
        service("shop/web"),
        secret,
        virtual_service := routes_for("shop/v", ["x"], ["mesh"], to(host)),
    )
    assert expected is why(made, virtual_service)


def test_another_cluster_domain_is_never_absent() -> None:
    made = mesh(
        virtual_service := routes_for("shop/v", ["x"], ["mesh"], to("web.shop.svc.corp.example")),
        is_whole=True,
    )
    assert NoClusterReason.UNKNOWN is why(made, virtual_service)


@pytest.mark.parametrize("host", ["web", "web.unknown.svc.cluster.local", "www.example.com"])
def test_a_whole_mesh_lacks_what_is_not_in_it(host) -> None:
    made = mesh(virtual_service := routes_for("shop/v", ["x"], ["mesh"], to(host)), is_whole=True)
    assert NoClusterReason.ABSENT is why(made, virtual_service)


def test_a_delegate_routes_for_those_who_see_its_roots() -> None:
    hidden = service("bank/web", annotations={"networking.istio.io/exportTo": "edge"})
    root = routes_for("shop/root", ["x"], ["edge/g"], {"delegate": {"name": "part"}})
    part = thing("VirtualService", "shop/part", {"http": [to("web.bank.svc.cluster.local")]})
    assert why(mesh(hidden, root, part), part) is None
    assert NoClusterReason.UNKNOWN is why(mesh(hidden, part), part)
    assert NoClusterReason.HIDDEN is why(mesh(hidden, part, is_whole=True), part)


def rule(name, host, *subsets, **spec):
    spec |= {
        "host": host,
        "subsets": [{"name": subset, "labels": {"v": subset}} for subset in subsets],
    }
    return thing("DestinationRule", name, spec)


def lost_client(made, item):
    lost = made.reachability.subsets.lost(item.http[0], only_destination(item))
    if lost is None:
        return None
    return "everybody" if lost.client is None else lost.client.namespace


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule("shop/r", "web", "v1")], None),
        ([rule("shop/r", "web", "v2")], "everybody"),
        ([rule("shop/r", "web", "v1", exportTo=["."])], ELSEWHERE),
        ([rule("istio-system/r", "web.shop.svc.cluster.local", "v1")], None),
        ([rule("shop/r", "*.shop.svc.cluster.local", "v1")], None),
        ([rule("blue/r", "web.shop.svc.cluster.local", "v1")], "shop"),
        ([rule("shop/r", "web", "v1", workloadSelector={"matchLabels": {"a": "b"}})], None),
        ([], None),
        ([rule("shop/r", "other", "v1")], None),
    ],
)
def test_sidecars_read_one_rule_on_their_path(rules, expected) -> None:
    virtual_service = routes_for("shop/v", ["web"], ["mesh"], to("web", subset="v1"))
    assert expected == lost_client(
        mesh(service("shop/web"), virtual_service, *rules), virtual_service
    )


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ([], "edge"),
        ([{"uri": {"prefix": "/"}}], "edge"),
        ([{"gateways": ["mesh"]}], None),
        ([{"gateways": ["edge/g"]}], "edge"),
    ],
)
def test_only_the_gateways_of_a_match_are_asked(match, expected) -> None:
    virtual_service = routes_for(
        "shop/v", ["a.test"], ["edge/g", "mesh"], to("web.bank.svc.cluster.local", subset="v1")
        | {"match": match}, exportTo=[".", "edge"],
    )  # fmt: skip
    made = mesh(
        service("bank/web"), virtual_service, rule("shop/r", "web.bank.svc.cluster.local", "v1"),
        gateway("edge/g", server(80, "HTTP", "*")), pods("edge/ingress"),
    )  # fmt: skip
    assert expected == lost_client(made, virtual_service)


@pytest.mark.parametrize(
    ("match", "redirect", "loops"),
    [
        ({}, {"uri": "/x"}, True),
        ({"uri": {"prefix": "/x"}}, {"uri": "/x/y"}, True),
        ({"uri": {"exact": "/x"}}, {"uri": "/x/y"}, False),
        ({"uri": {"exact": "/x"}}, {"uri": "/x?from=x"}, True),
        ({}, {"scheme": "https"}, True),
        ({"port": 80}, {"scheme": "https"}, False),
        ({"scheme": {"exact": "http"}}, {"scheme": "https"}, False),
        ({"headers": {"x-forwarded-proto": {"exact": "http"}}}, {"scheme": "https"}, False),
        ({}, {"scheme": "https", "port": 8443}, False),
        ({}, {"authority": "b.test"}, False),
        ({}, {"authority": "a.test"}, True),
        ({"method": {"exact": "POST"}}, {"uri": "/x"}, False),
        ({"uri": {"prefix": "/x"}}, {"prefixRewrite": "/x/y"}, True),
        ({"uri": {"prefix": "/x"}}, {"prefixRewrite": "/y"}, False),
        ({"uri": {"regex": "/x.*"}}, {"authority": "b.test"}, False),
    ],
)
def test_redirects_that_lead_back(match, redirect, loops) -> None:
    https = server(443, "HTTPS", "a.test", mode="SIMPLE", credentialName="c")
    made = mesh(
        gateway("shop/g", server(80, "HTTP", "a.test"), https),
        virtual_service := routes_for(
            "shop/v", ["a.test"], ["g"], {"match": [match], "redirect": redirect}
        ),
    )
    assert loops == bool(list(made.reachability.redirect_loops.of(virtual_service)))


def test_a_redirect_that_is_never_reached_leads_nowhere() -> None:
    rules = {"route": []}, {"match": [{"uri": {"exact": "/"}}], "redirect": {"authority": "a.test"}}
    made = mesh(virtual_service := routes_for("shop/v", ["a.test"], ["g"], *rules))
    assert [] == list(made.reachability.redirect_loops.of(virtual_service))


@given(st.sampled_from(["/", "/a", "/a/", "/a/b", "/a-"]), st.sampled_from(["/", "/b", "/b/"]))
def test_an_example_of_a_broken_rewrite_is_broken(prefix, replacement) -> None:
    example = broken_example(prefix, replacement)
    if example is not None:
        path, result = example
        assert result == rewrite(prefix, replacement, path)
        segments = [part for part in path.removeprefix(prefix.rstrip("/")).split("/") if part]
        assert "//" in result or result.rsplit("/", 1)[1] not in segments


@pytest.mark.parametrize(
    ("prefix", "replacement", "expected"),
    [
        ("/a", "/", ("/a/x", "//x")),
        ("/a/", "/b", ("/a/x", "/bx")),
        ("/", "/b", ("/x", "/bx")),
        ("/a/", "/", None),
        ("/a", "/b", None),
        ("/a-", "/", None),
        ("", "/b", None),
        ("/", "/", None),
    ],
)
def test_slashes_are_kept_as_they_are(prefix, replacement, expected) -> None:
    assert expected == broken_example(prefix, replacement)
