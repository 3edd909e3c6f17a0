"""Which DestinationRule a client follows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tls_meshes import mesh, rule, service, thing, tls

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.security.client_tls import tls_setting
from meshctl.mesh.traffic.destination_rule_merge import MergeLoss, meetings, selector_of
from meshctl.mesh.traffic.destination_rules import Step

HOST = "cart.shop.svc.cluster.local"


def followed(resources, client="front", labels=None, config=None):
    made = mesh(service("shop/cart"), *resources, config=config)
    (host,) = made.registry.at(HOST)
    return made.traffic.destination_rules.effective(host, client, labels or {})


def names(resources, **options):
    found = followed(resources, **options)
    return [each_rule.key_name for each_rule in found.rules] if found else []


@pytest.mark.parametrize(
    ("rules", "client", "expected"),
    [
        ([("front/own", HOST), ("shop/cart", "cart")], "front", ["front/own"]),
        ([("front/wide", "*.local"), ("shop/cart", "cart")], "front", ["front/wide"]),
        ([("istio-system/all", "*"), ("shop/cart", "cart")], "front", ["shop/cart"]),
        ([("istio-system/all", "*")], "front", ["istio-system/all"]),
        ([("other/cart", HOST)], "front", []),
        (
            [("shop/wide", "*.shop.svc.cluster.local"), ("shop/cart", "cart")],
            "front",
            ["shop/cart"],
        ),
        ([("istio-system/all", "*"), ("shop/cart", "cart")], "istio-system", ["shop/cart"]),
        ([("shop/cart", "cart.shop")], "front", []),
    ],
)
def test_the_first_namespace_of_the_path_decides(rules, client, expected) -> None:
    assert expected == names([rule(name, host) for name, host in rules], client=client)


def test_the_step_tells_where_it_was_found() -> None:
    steps = [followed([rule(f"{home}/r", HOST)]).step for home in ("front", "shop", "istio-system")]
    assert [Step.CLIENT, Step.SERVICE, Step.ROOT] == steps


def test_the_nearest_host_is_taken_before_export_to_is_read() -> None:
    hidden = [
        rule("shop/wide", "*.shop.svc.cluster.local"),
        rule("shop/cart", "cart", exportTo=["x"]),
    ]
    assert [] == names(hidden)
    assert ["shop/wide"] == names([hidden[0], rule("shop/cart", "cart", exportTo=["."])])
    (specific,) = [item for item in hidden if item.name == "cart"]
    found = mesh(*hidden).traffic.destination_rules.hidden_by(specific)
    assert "wide" == (found.name if found else None)


def test_clients_in_the_root_namespace_find_private_rules_first() -> None:
    rules = [rule("istio-system/private", "*", exportTo=["."]), rule("shop/cart", "cart")]
    assert ["istio-system/private"] == names(rules, client="istio-system")
    assert ["shop/cart"] == names(rules)


def test_a_mesh_default_of_private_keeps_rules_at_home() -> None:
    config = MeshConfig(destination_rule_export_to=(".",))
    assert [] == names([rule("shop/cart", "cart")], config=config)
    assert ["shop/cart"] == names([rule("shop/cart", "cart")], client="shop", config=config)


def test_equal_export_to_merges_the_oldest_first() -> None:
    old = rule("shop/z", "cart", 1, subsets=[{"name": "v1", "labels": {"a": "old"}}])
    young = rule("shop/a", HOST, 2, subsets=[{"name": "v1"}, {"name": "v2"}], **tls("DISABLE"))
    found = followed([young, old])
    assert ["z", "a"] == [each_rule.name for each_rule in found.rules]
    assert {"v1": old, "v2": young} == {
        name: subset.resource for name, subset in found.subsets.items()
    }
    assert young is found.policy.resource
    assert found.order_known


def test_other_export_to_leaves_the_youngest_alone() -> None:
    old, young = rule("shop/a", "cart", 1), rule("shop/b", "cart", 2, exportTo=["*"])
    assert ["shop/b"] == names([old, young])
    assert ["shop/a"] == names([old, rule("shop/b", "cart", 2, exportTo=["x"])])


def test_without_ages_the_outcome_is_open_only_where_it_depends_on_them() -> None:
    first = rule("shop/a", "cart", **tls("DISABLE"))
    assert followed([first]).order_known
    assert followed([first, rule("shop/b", "cart", subsets=[{"name": "v1"}])]).order_known
    assert not followed([first, rule("shop/b", "cart", **tls("SIMPLE"))]).order_known
    assert not followed([first, rule("shop/b", "cart", exportTo=["*"])]).order_known


def test_a_selector_picks_its_clients_and_leaves_the_others_nothing() -> None:
    selective = rule("front/web", HOST, workloadSelector={"matchLabels": {"app": "web"}})
    rules = [selective, rule("shop/cart", "cart")]
    assert ["front/web"] == names(rules, labels={"app": "web"})
    assert [] == names(rules, labels={"app": "batch"})
    made = mesh(service("shop/cart"), *rules)
    assert "cart" == made.traffic.destination_rules.hidden_by_selector(selective, {"shop"}).name


POLICY = {"tls": {"mode": "DISABLE"}, "portLevelSettings": [{"port": {"number": 80}}]}


@pytest.mark.parametrize(
    ("spec", "subset", "expected"),
    [
        ({"trafficPolicy": {"tls": {"mode": "SIMPLE"}}}, None, ("SIMPLE", "SIMPLE", "")),
        ({"trafficPolicy": {"tls": {}}}, None, ("DISABLE", "DISABLE", "")),
        ({"trafficPolicy": POLICY}, None, ("", "DISABLE", "DISABLE")),
        ({"trafficPolicy": POLICY, "subsets": [{"name": "s"}]}, "s", ("", "DISABLE", "DISABLE")),
        (
            {**tls("SIMPLE"), "subsets": [{"name": "s", "trafficPolicy": POLICY}]},
            "s",
            ("", "DISABLE", "DISABLE"),
        ),
        (
            {**tls("SIMPLE"), "subsets": [{"name": "s", "trafficPolicy": {"loadBalancer": {}}}]},
            "s",
            ("SIMPLE", "SIMPLE", ""),
        ),
    ],
)
def test_a_port_entry_replaces_tls_but_endpoints_remember_it(spec, subset, expected) -> None:
    found = followed([rule("shop/cart", "cart", **spec)])
    setting = tls_setting(found, 80, found.subsets[subset] if subset else None)
    wiped = setting.wiped.text("mode") if setting.wiped else ""
    assert expected == (setting.mode, setting.endpoint_mode, wiped)


@pytest.mark.parametrize(
    ("older", "younger", "expected"),
    [
        (tls("DISABLE"), tls("SIMPLE"), [MergeLoss.POLICY]),
        (tls("DISABLE"), {}, [MergeLoss.NOTHING]),
        (
            {"subsets": [{"name": "a"}]},
            {"subsets": [{"name": "a", "labels": {}}]},
            [MergeLoss.SUBSET],
        ),
        ({"exportTo": ["."]}, {}, [MergeLoss.OLDER]),
        ({}, {"exportTo": ["."]}, []),
        ({"exportTo": ["a"]}, {"exportTo": ["b"]}, []),
        ({"exportTo": ["a"]}, {"exportTo": ["*"]}, [MergeLoss.OLDER]),
        ({"exportTo": ["a"]}, {"exportTo": ["a", "b"]}, [MergeLoss.AUDIENCE]),
        ({"workloadSelector": {"matchLabels": {}}}, {"exportTo": ["."]}, [MergeLoss.UNSELECTED]),
        ({"workloadSelector": {"matchLabels": {}}}, {}, []),
    ],
)
def test_what_is_lost_when_two_rules_meet(older, younger, expected) -> None:
    pair = rule("shop/a", "cart", 1, **older), rule("shop/b", "cart", 2, **younger)
    assert expected == [merge.loss for merge in meetings(pair)]


RULES = st.lists(
    st.builds(
        lambda home, host, export, mode: (home, host, export, mode),
        st.sampled_from(["front", "shop", "istio-system"]),
        st.sampled_from([HOST, "*.local", "*", "cart"]),
        st.sampled_from([[], ["."], ["*"], ["front"], ["shop", "front"], ["~"]]),
        st.sampled_from(["DISABLE", "SIMPLE"]),
    ),
    max_size=5,
)


@given(RULES, st.randoms())
def test_the_order_of_the_input_does_not_matter(described, random) -> None:
    rules = [
        rule(f"{home}/r{number}", host, exportTo=export, **tls(mode))
        for number, (home, host, export, mode) in enumerate(described)
    ]
    shuffled = random.sample(rules, len(rules))
    for client in ("front", "shop", "istio-system", "other"):
        assert names(rules, client=client) == names(shuffled, client=client)


def written_out(rules, client, labels):
    """Follow the rules of one host in `shop` as mergeDestinationRule and its callers do, each with each."""
    done = []
    if client == "shop":
        rules = filter(_is_local, rules)
    for one in sorted(rules, key=lambda one: (selector_of(one) is None, one.name)):
        selector = selector_of(one)
        export_to = frozenset({"."} if selector is not None else one.export_to)
        alone = True
        for other_to, other_selector, merged in done:
            alone = export_to != other_to
            if alone and not (other_to and export_to >= other_to):
                continue
            if None not in (selector, other_selector) and selector != other_selector:
                alone = True
                continue
            alone = alone and selector != other_selector
            merged.append(one)
        if alone:
            done.append((export_to, selector, [one]))
    chosen = []
    for export_to, selector, merged in done:
        reaches = client == "shop" or not export_to or export_to & {"*", client}
        if reaches and selector is None:
            chosen = merged
        elif reaches and selector.items() <= labels.items():
            return merged
    return chosen


def _is_local(one):
    return (
        selector_of(one) is not None or not one.export_to or {"*", ".", "shop"} & {*one.export_to}
    )


SELECTORS = st.sampled_from([None, None, {}, {"app": "web"}, {"app": "web", "v": "1"}, {"v": "1"}])
EXPORTS = st.sampled_from([[], ["*"], ["front"], ["front", "shop"], ["front", "edge", "shop"]])


@given(st.lists(st.tuples(EXPORTS, SELECTORS), max_size=7))
def test_rules_are_merged_and_chosen_as_if_each_were_compared_with_each(described) -> None:
    rules = [
        rule(f"shop/r{number}", "cart", number + 1, exportTo=export_to)
        if selector is None
        else rule(f"shop/r{number}", "cart", number + 1, workloadSelector={"matchLabels": selector})
        for number, (export_to, selector) in enumerate(described)
    ]
    for client in ("shop", "front", "edge", "other"):
        for labels in ({}, {"app": "web"}, {"v": "1"}, {"app": "web", "v": "1"}):
            expected = [one.key_name for one in written_out(rules, client, labels)]
            assert expected == names(rules, client=client, labels=labels)


@pytest.mark.parametrize("spec", [None, [], {"host": 3}, {"host": "cart", "trafficPolicy": "x"}])
def test_wrong_types_read_as_nothing(spec) -> None:
    found = followed([thing("DestinationRule", "shop/cart", spec)])
    assert "" == tls_setting(found, 80, None).mode
