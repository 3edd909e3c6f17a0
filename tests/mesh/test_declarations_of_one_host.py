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
