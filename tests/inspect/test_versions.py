"""Which versions are at work?"""

from syncz import answer, entry

from meshctl.cluster.istiod import IstiodAnswer
from meshctl.inspect.proxies.sync import read_answers
from meshctl.inspect.proxies.versions import versions
from meshctl.output.proxies.versions import version_form, version_lines

ANSWERS = [
    answer(entry("a.x", "1.31.0"), entry("b.x", "1.30.2"), entry("c.x", "1.31.0")),
    IstiodAnswer("istiod-b", "canary", error="it took too long"),
]


def test_the_client_alone() -> None:
    assert {"client": "0.1.0"} == version_form(versions("0.1.0"))
    assert ["client: 0.1.0"] == list(version_lines(versions("0.1.0")))


def test_every_part_of_the_mesh() -> None:
    found = versions("0.1.0", ANSWERS, read_answers(ANSWERS))
    assert {
        "client": "0.1.0",
        "control_plane": [
            {"istiod": "istiod-a", "revision": "default", "version": "1.31.0", "error": None},
            {
                "istiod": "istiod-b", "revision": "canary", "version": None,
                "error": "it took too long",
            },
        ],
        "data_plane": [{"version": "1.30.2", "proxies": 1}, {"version": "1.31.0", "proxies": 2}],
        "skew": [
            {
                "proxy": "b.x", "version": "1.30.2", "istiod": "istiod-a",
                "istiod_version": "1.31.0",
            }
        ],
    } == version_form(found)  # fmt: skip
    assert [
        "client: 0.1.0",
        "control plane: 1.31.0 (istiod-a, revision default)",
        "control plane: it took too long (istiod-b, revision canary)",
        "data plane: 1.30.2 (1 proxy), 1.31.0 (2 proxies)",
        "skew: 1 proxy of 1.30.2 under istiod 1.31.0",
    ] == list(version_lines(found))


def test_a_mesh_without_proxies() -> None:
    answers = [IstiodAnswer("istiod-a", body=b"[]")]
    assert [
        "client: 0.1.0",
        "control plane: unknown (istiod-a)",
        "data plane: no proxies",
    ] == list(version_lines(versions("0.1.0", answers, read_answers(answers))))
