"""A place of a text that is being written is a path, whatever the text looks like."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshctl.engine.objects import unwrap
from meshctl.inspect.editor.choices import choices
from meshctl.inspect.editor.cursor import document_at, field, spot_at
from meshctl.inspect.editor.links import places_of
from meshctl.inspect.editor.mention import Mention, Owner, Spot
from meshctl.mesh import Mesh
from meshctl.sources.file_documents import documents_of
from meshctl.validation.schemas import Schemas

VALUE, KEY, OPEN = "value", "key", "open"


def spot(marked: str) -> Spot | None:
    """Read the place of the bar in a text."""
    at = marked.index("|")
    text = marked[:at] + marked[at + 1 :]
    row, column = text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)
    document = document_at(text, row)
    return spot_at(document, row - document.first, column)


@pytest.mark.parametrize(
    ("marked", "path", "what", "text"),
    [
        ("spec:\n  hosts:\n  - a\n  - b|c\n", "spec hosts 1", OPEN, "bc"),
        ("spec:\n  hosts:\n    - a\n    - b|c\n", "spec hosts 1", OPEN, "bc"),
        ("spec:\n  hosts:\n    - |", "spec hosts 0", OPEN, ""),
        ("spec:\n  a:\n    - b: 1\n      c: 2\n    - b: 3\n      c|: 4", "spec a 1 c", KEY, "c"),
        ("spec:\n  a:\n    - - x\n      - y|\n", "spec a 0 1", OPEN, "y"),
        ("spec:\n  host: |\n", "spec host", VALUE, ""),
        ("spec:\n  host: 'a.|b' # why\n", "spec host", VALUE, "a.b"),
        ('spec:\n  "ho|st": x\n', "spec host", KEY, "host"),
        ("spec:\n  host: x # wh|y\n", None, "", ""),
        ("sp|", "", OPEN, "sp"),
        ("spec:\n  |\n  host: x\n", "spec", OPEN, ""),
        ("a: 1\n---\nkind: X\nspec:\n  |", "spec", OPEN, ""),
        ("metadata: {name: x, name|space: y}", "metadata namespace", KEY, "namespace"),
        ("spec: {gateways: [a, ns/b|]}", "spec gateways 1", VALUE, "ns/b"),
        ("spec: {route: [{host: a}, {host: b, ho|}]}", "spec route 1", OPEN, "ho"),
        ("spec: {port: {number: 1|}, x: 2}", "spec port number", VALUE, "1"),
        ("- a: 1\n- b: |2", "1 b", VALUE, "2"),
        ("spec: {\n  hosts: [a,\n    b|c], x: 1\n}", "spec hosts 1", VALUE, "bc"),
        ("spec: {\n  host: x|y,\n  subset: z\n}", "spec host", VALUE, "xy"),
        ("spec: {\n  ho|st: xy,\n}", "spec host", KEY, "host"),
        ("spec: {host: a,\n  |\n}", "spec", OPEN, ""),
        ("a:\n  - {b: 1, # {\n     c: '}|',\n     d: 2}\n  - e: 3", "a 0 c", VALUE, ""),
        ("spec: {host: a,\n  b: [{c: d}, {\n    e: |}]}", "spec b 1 e", VALUE, ""),
        ("spec:\n  hosts: [a,\n  http: |\n", "spec http", VALUE, ""),
        ("spec: {a: b}\nkind: |\n", "kind", VALUE, ""),
        ("spec: [\n]\nkind: |\n", "kind", VALUE, ""),
    ],
)  # fmt: skip
def test_a_place_is_a_path(marked: str, path: str | None, what: str, text: str) -> None:
    found = spot(marked)
    if path is None:
        assert found is None
        return
    assert found is not None
    steps = tuple(int(one) if one.isdigit() else one for one in path.split())
    kind = OPEN if found.is_open else KEY if found.is_key else VALUE
    assert (found.path, kind, found.text) == (steps, what, text)


def test_the_scalars_beside_a_word_are_those_of_its_mapping() -> None:
    found = spot("a:\n  - x: 1\n    y: 2 # two\n    z: |\n    deep:\n      w: 3\n  - x: 4\n")
    assert found is not None
    assert found.beside == {"x": "1", "y": "2", "z": "", "deep": ""}


@pytest.mark.parametrize(
    "marked",
    [
        "a:\n  host: x\n  port:\n    number: |\n",
        "a:\n  host: x\n  port: {number: |}\n",
        "a: {host: x, port: {number: |}}\n",
        "a: {\n  port: {\n    number: |\n  },\n  host: x}\n",
        "- port:\n    number: |\n  host: x\n",
    ],
)
def test_the_scalars_around_a_word_are_those_of_the_mapping_above(marked: str) -> None:
    found = spot(marked)
    assert found is not None
    assert (found.path[-1], found.around.get("host")) == ("number", "x")


@pytest.mark.parametrize(
    "text", ["metadata:\n  labels: {name: no}\n  name: yes\n", 'metadata: {a: b, name: "yes"}\n']
)
def test_a_field_is_read_without_parsing(text: str) -> None:
    assert field(document_at(text + "spec: [", 0), "metadata", "name") == "yes"


EXAMPLES = sorted((Path(__file__).parents[3] / "examples").rglob("*.yaml"))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_nothing_that_is_half_written_makes_it_fail(data: Any) -> None:
    """Texts that are cut anywhere, with anything typed there, have answers."""
    text = data.draw(st.sampled_from(EXAMPLES)).read_text()
    mesh = Mesh(tuple(unwrap(documents_of(text), "town")))
    at = data.draw(st.integers(0, len(text)))
    typed = data.draw(st.text("ab:-[]{}'\"#|>&*\n ,.0é\t", max_size=8))
    cut = text[:at] + typed + data.draw(st.sampled_from([text[at:], ""]))
    row = cut.count("\n", 0, at)
    document = document_at(cut, row)
    found = spot_at(document, row - document.first, data.draw(st.integers(0, 90)))
    if found is not None:
        version = field(document, "apiVersion")
        owner = Owner(
            version.rpartition("/")[0],
            version.rpartition("/")[2],
            field(document, "kind"),
            "town",
            "x",
        )
        mention = Mention(owner, found.path, found.text, found.beside)
        choices(found, mention, mesh, Schemas())
        places_of(mention, mesh)
