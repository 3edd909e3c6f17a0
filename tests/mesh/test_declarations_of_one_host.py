"""Which of many declarations of one host do clients of a namespace find?"""

from hypothesis import given
from hypothesis import strategies as st
from tls_meshes import mesh, thing

HOST = "api.example.com"
DECLARED = st.lists(
    st.tuples(
        st.sampled_from(["front", "shop", "edge"]),
        st.sampled_from([[], ["*"], ["."], ["~"], ["front"], ["edge", "shop"]]),
    ),
    min_size=9,  # few are looked through each time
    max_size=14,
)


@given(DECLARED)
def test_many_declarations_are_found_as_few_are(described) -> None:
    entries = [
        thing("ServiceEntry", f"{home}/e{number}", {"hosts": [HOST], "exportTo": export_to})
        for number, (home, export_to) in enumerate(described)
    ]
    made = mesh(*entries)
    for client in ("front", "shop", "edge", "other"):
        seen = [one for one in made.registry.at(HOST) if one.visible & {"*", client}]
        own = [one for one in seen if one.namespace == client]
        assert next(iter(own or seen), None) is made.registry.find(HOST, client)


@given(DECLARED, st.sets(st.sampled_from(["front", "shop", "edge", "other"])))
def test_clients_of_several_namespaces_see_what_one_of_them_sees(described, viewers) -> None:
    entries = [
        thing("ServiceEntry", f"{home}/e{number}", {"hosts": [HOST], "exportTo": export_to})
        for number, (home, export_to) in enumerate(described)
    ]
    registry = mesh(*entries).registry
    seen = registry.seen_by(HOST, frozenset(viewers))
    asking = [{"*", viewer} for viewer in viewers]
    assert [*seen] == [one for one in registry.at(HOST) if any(map(one.visible.__and__, asking))]
    assert seen is registry.seen_by(HOST, frozenset(viewers))


@given(st.lists(st.lists(st.integers(80, 84), max_size=2, unique=True), max_size=3))
def test_a_port_is_missing_where_all_have_ports_and_none_has_it(several) -> None:
    entries = [
        thing(
            "ServiceEntry",
            f"shop/e{number}",
            {
                "hosts": [HOST],
                "ports": [
                    {"number": port, "name": f"http-{port}", "targetPort": port + 1}
                    for port in ports
                ],
            },
        )
        for number, ports in enumerate(several)
    ]
    registry = mesh(*entries).registry
    together = registry.together(registry.at(HOST))
    every = {port for ports in several for port in ports}
    for number in range(80, 86):
        missing = together.missing_port(number)
        assert (missing is not None) is (bool(several) and all(several) and number not in every)
        if missing is not None:
            assert missing.known == tuple(sorted(every))
            assert missing.behind == tuple(port for port in sorted(every) if port + 1 == number)
    assert together.missing_port(None) is None
