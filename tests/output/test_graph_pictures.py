"""Is each form of a graph what its readers accept, and does text from a mesh stay text in it?"""

import io
import json
import random
import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, strategies

from meshctl.inspect.graph.picture import Edge, Findings, Graph, Node
from meshctl.output.graph.layout import HEIGHT, WIDTH, layout
from meshctl.output.graph.write import FORMATS, write_graph
from meshctl.output.json_schema import schema_of

DOT = shutil.which("dot")
HOSTILE = (
    '"</title><script>alert(1)</script>\\N\x1b[31m` --> x[(]) "; click n0 "javascript:alert(2)"'
)
SMALL = Graph(
    1, "routing",
    (
        Node("gateway:a/door", "gateway", "a", "door", ("0.0.0.0:80 HTTP",), ("Gateway a/door",)),
        Node("service:cart", "service", "a", "cart", (), (), Findings(2, 1, 0)),
        Node("subset:cart|one", "subset", "a", "cart one"),
        Node("service:bank", "external", "b", HOSTILE, (HOSTILE,), (HOSTILE,)),
        Node("clients:any", "clients", "", "any client"),
        Node("service:lost", "unknown", "", "lost.example.com"),
        Node("workload:b/job", "workload", "b", "job"),
    ),
    (
        Edge("gateway:a/door", "service:cart", "route", "", (), "plaintext"),
        Edge("service:cart", "subset:cart|one", "route", "", (10, 90), "mtls"),
        Edge("service:cart", "service:bank", "call", HOSTILE, (), "tls"),
        Edge("clients:any", "service:cart", "client", "", (), "conflict", ("X a/b",), Findings(1)),
        Edge("service:cart", "service:cart", "traffic", "", (), None, (), Findings(), 12.5, 0.031),
        Edge("workload:b/job", "service:lost", "call", "", (), "unknown"),
    ), ("a note",),
)  # fmt: skip


def written(output: str, graph: Graph = SMALL) -> str:
    out = io.StringIO()
    write_graph(output, graph, out)
    return out.getvalue()


def many(number: int) -> Graph:
    nodes = tuple(Node(f"service:s{n}", "service", f"team-{n % 7}", f"s{n}") for n in range(number))
    edges = tuple(
        Edge(f"service:s{n}", f"service:s{(n * 7 + 3) % number}", "call", "", (), "mtls")
        for n in range(number)
    )
    return Graph(1, "routing", nodes, edges, ())


@pytest.mark.parametrize("output", FORMATS)
def test_a_form_is_the_same_each_time_and_has_no_control_characters(output: str) -> None:
    text = written(output)
    assert text == written(output)
    assert "\x1b" not in text


def test_json_fits_its_schema() -> None:
    from jsonschema import Draft202012Validator

    schema = schema_of(Graph, "meshctl graph -o json")
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(written("json")))


def test_svg_is_xml_with_every_node_and_way() -> None:
    root = ET.fromstring(written("svg"))  # noqa: S314 - this is what we wrote ourselves
    names = [one.get("data-node") for one in root.iter() if one.get("data-node")]
    assert [one.id for one in SMALL.nodes] == names
    ways = [one for one in root.iter() if (one.get("class") or "").startswith("way ")]
    drawn = [one for one in ways if one.get("data-source")]
    assert len(SMALL.edges) == len(drawn)
    tags = {one.tag.rpartition("}")[2] for one in root.iter()}
    assert tags <= {
        "svg", "style", "title", "marker", "path", "g", "rect", "polygon", "ellipse", "text", "tspan",
    }  # fmt: skip
    shown = "".join(root.itertext())
    assert {"10-90 %", "12.5 req/s", "3.1% errors", "TLS conflict"} <= {
        "".join(one.itertext()) for one in root.iter() if one.tag.endswith("tspan")
    }
    assert "alert(1)" in shown


def test_tls_is_told_by_dashes_and_kinds_by_shapes_not_by_colour_alone() -> None:
    from importlib.resources import files

    style = (files("meshctl.output.page") / "picture.css").read_text()
    dashes = {
        line.split("stroke-dasharray:")[1].split(";")[0].strip(" }")
        for line in style.splitlines()
        if ".tls-" in line and "dasharray" in line
    }
    assert len(dashes) == 4  # mutual TLS is a whole line
    drawn = written("svg")
    assert {"<polygon", "<ellipse", "<rect"} == {
        tag for tag in ("<polygon", "<ellipse", "<rect") if tag in drawn
    }


@pytest.mark.skipif(DOT is None, reason="no graphviz is installed: -o dot is NOT TESTED by it")
def test_graphviz_reads_what_is_written_for_it() -> None:
    assert DOT is not None
    done = subprocess.run(
        [DOT, "-Tjson"], input=written("dot"), capture_output=True, text=True, check=True
    )
    data = json.loads(done.stdout)
    assert {one.id for one in SMALL.nodes} == {
        one["name"] for one in data["objects"] if not one["name"].startswith("cluster")
    }
    assert len(SMALL.edges) == len(data["edges"])
    assert "" == done.stderr


def test_nothing_in_mermaid_starts_a_statement_of_its_own() -> None:
    lines = written("mermaid").splitlines()
    assert "flowchart LR" == lines[0]
    assert len(SMALL.nodes) + len(SMALL.edges) == len([
        line for line in lines[1:] if line.startswith("  n")
    ])  # fmt: skip
    kinds = {line.split()[0].rstrip("0123456789([{/") for line in lines[1:]}
    assert {"n", "linkStyle", "classDef", "class"} >= {
        kind.split("(")[0][:9] for kind in kinds if kind[0] != "n"
    }
    for line in lines:
        assert line.count('"') in {0, 2}


def test_many_nodes_are_shown_by_namespace() -> None:
    graph = many(300)
    assert 7 == written("svg").count("data-node") == len(SMALL.nodes)
    assert 7 == written("svg", graph).count("data-node")
    assert 7 == len([line for line in written("mermaid", graph).splitlines() if "[[" in line])
    page = written("html", graph)
    assert 7 == page.count('<details class="part"')
    assert 300 == len(json.loads(written("json", graph))["nodes"])
    assert 300 == written("dot", graph).count("shape=")


def test_a_page_loads_nothing_from_anywhere() -> None:
    page = written("html")
    assert "default-src 'none'" in page
    outside = page.replace("http://www.w3.org/2000/svg", "")
    assert [] == [mark for mark in ("http:", "https:", "url(http", "@import") if mark in outside]


@given(
    edges=strategies.lists(
        strategies.tuples(strategies.integers(0, 14), strategies.integers(0, 14)), max_size=40
    )
)
def test_no_two_nodes_overlap_and_ways_touch_their_nodes(edges: list[tuple[int, int]]) -> None:
    names = [f"n{number}" for number in range(15)]
    found = layout(names, [(f"n{a}", f"n{b}") for a, b in edges])
    assert set(names) == set(found.places)
    columns: dict[float, list[float]] = {}
    for x, y in found.places.values():
        assert 0 <= x <= found.width - WIDTH
        assert 0 <= y <= found.height - HEIGHT
        columns.setdefault(x, []).append(y)
    for several in columns.values():
        for one, other in pairwise(sorted(several)):
            assert other - one >= HEIGHT
    for (source, target), points in found.ways.items():
        (x, y), (to_x, to_y) = points[0], points[-1]
        assert (x - found.places[source][0]) in {0, WIDTH}
        assert (to_x - found.places[target][0]) in {0, WIDTH}
        assert abs(y - found.places[source][1] - HEIGHT / 2) < 0.2
        assert abs(to_y - found.places[target][1] - HEIGHT / 2) < 0.2


def test_a_large_tangle_is_placed_too() -> None:
    dice = random.Random(1)
    names = [f"n{number}" for number in range(1_000)]
    edges = [(dice.choice(names), dice.choice(names)) for _ in range(1_600)]
    assert set(names) == set(layout(names, edges).places)


def test_a_chain_goes_from_left_to_right() -> None:
    found = layout(["c", "b", "a"], [("a", "b"), ("b", "c")])
    lefts = [found.places[name][0] for name in ("a", "b", "c")]
    assert sorted(lefts) == lefts
    assert len(set(lefts)) == 3


def test_a_note_is_on_the_page(tmp_path: Path) -> None:
    page: Any = written("html", replace(SMALL, notes=("three findings are elsewhere",)))
    assert "Three findings are elsewhere" in page
