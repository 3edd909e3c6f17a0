import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.yaml.parser import MAX_CHARACTERS, Parser
from meshctl.yaml.reader import Reader


def parse(text: str) -> tuple[Any, list[tuple[str, str]]]:
    """Parse a document: data, and for every note its kind and the text it points at."""
    data, notes = Parser().parse(text, 1)
    return data, [(note.kind, text[note.start : note.end]) for note in notes]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '{"a": [1, 1.0, 1e3, 1.5, true, null, "yes"]}',
            {"a": [1, 1, 1000, 1.5, True, None, "yes"]},
        ),
        ('  \n{"a": {}}\n', {"a": {}}),
        ('{\n\t"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        ("{a: 1,}", {"a": 1}),
        ('{"a": on, # comment\n}', {"a": True}),
        ('{"a": NaN}', {"a": "NaN"}),
        ("null", None),
        ("--- ~", None),
    ],
)
def test_json_and_yaml_are_read(text: str, expected: Any) -> None:
    assert (expected, []) == parse(text)


@pytest.mark.parametrize(
    ("text", "kind", "pointed"),
    [
        ('{"a": 1, "a": 2}', "duplicate-key", '"a"'),
        ('{"a": 1} {"b": 2}', "yaml-syntax", '{"b":'),
        ('{"a": "\\ud83d"}', "yaml-syntax", 'd83d"}'),
        ('{"a":' * 500 + "1" + "}" * 500, "nesting-too-deep", "{"),
        ('{"a":' * 100_000, "nesting-too-deep", "{"),
        ("a: b\0c", "nul-byte", "\0"),
        ("a: \udce9", "not-utf8", "\udce9"),
        ('{"a": "\udce9"}', "not-utf8", "\udce9"),
        ("a: " + "x" * MAX_CHARACTERS, "document-too-large", "a:"),
        ("--- # c\n\n- a\n- b", "not-an-object", "-"),
        ("some text", "not-an-object", "some"),
        ("[]", "not-an-object", "[]"),
        ("%YAML 1.2\n---\na: 1", "yaml-syntax", "%YAML 1.2"),
    ],
)
def test_what_is_wrong_is_noted(text: str, kind: str, pointed: str) -> None:
    assert [(kind, pointed)] == [(k, p[: len(pointed)]) for k, p in parse(text)[1]]


def test_notes_of_other_versions_leave_the_data() -> None:
    assert {"a": 1} == parse("%YAML 1.2\n---\na: 1")[0]


@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=10,
        ),
    ),
    st.sampled_from([None, 2]),
)
def test_json_reads_as_the_yaml_it_is(data: Any, indent: int | None) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    assert data == parse(text)[0]
    if text.isprintable():
        assert data == Reader().read(text)[0]


TEMPLATES = [
    ("name: {{ .Values.name }}\n", 1),
    ("name: {{ .Values.name }}-suffix\n", 1),
    ('a: 1\nname: {{ include "x" . | quote }}\n', 2),
    ("{{- if .Values.on }}\nkind: Gateway\n{{- end }}\n", 1),
    ("{{/* comment */}}\nkind: Gateway\n", 1),
    ("kind: Gateway\n{{- with .Values.labels }}\nlabels: {}\n{{- end }}\n", 2),
    ("kind: A\nmetadata:\n  labels:\n    {{- toYaml . | nindent 4 }}\n", 4),
    ("a: '{{ x }}'\n# {{ y }}\nhost: reviews.{{ .Release.Namespace }}.svc\n", 3),
    ("{{ .Values.key }}: 1\n", 1),
    ("a: [{{ .Values.x }}]\n", 1),
]


@pytest.mark.parametrize(("text", "line"), TEMPLATES)
def test_templates_are_told(text: str, line: int) -> None:
    data, notes = Parser().parse(text, 1)
    found = [(note.kind, text[: note.start].count("\n") + 1) for note in notes]
    assert (None, [("helm-template", line)]) == (data, found)


@pytest.mark.parametrize(
    "text",
    [
        "a: '{{ .Values.x }}'",
        'a: "{{ include }}"',
        "a: 1 # {{ .Values.x }}",
        "a: |\n  {{- if .Values.x }}\n  b\n  {{- end }}\nb: 1",
        "a: >-\n  {{ .Values.x }}\n",
        "a: | # {{ .Values.x }}\n  b",
        "summary: pod {{ $labels.pod }} is down",
        "args: run-{{inputs.parameters.x}}",
        '{"a": "{{ .Values.x }}"}',
    ],
)
def test_template_text_in_values_is_no_template(text: str) -> None:
    data, notes = parse(text)
    assert ([], dict) == (notes, type(data))


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n  {{ .Values.x }}\nb: c: d\n",
        "# {{ .Values.x }}\na: '{{ x }}'\nb: c: d\n",
        "a: c: d\nb: {{ .Values.x }}\n",
        "a:\n\t# {{ x }}\nb: 1\n",
        "# {{ x }}\n\ta: 1\n",
        "a: run-{{inputs.x}}\nb: c: d\n",
    ],
)
def test_a_mistake_apart_from_template_text_stays_a_mistake(text: str) -> None:
    assert ["yaml-syntax"] == [kind for kind, _ in parse(text)[1]]


fragments = st.lists(
    st.sampled_from(
        ["a", "b: ", "- ", "? ", "\n", "  ", "{", "}", "[", "]", ",", "'", '"', "|\n", ">", "#", " #",
         "&x ", "*x", "<<: ", "!t ", "!!int ", "\t", "{{ ", "}}", "\0", "\x85", "\ufeff", "\u2028",
         "\udc80", "%YAML 1.2\n", "---", "...", "\\", "1e999", "~", "on", "😀", "\r"]
    ) | st.text(max_size=4),
    max_size=30,
).map("".join)  # fmt: skip


@given(fragments)
def test_nothing_in_a_text_makes_the_parser_raise(text: str) -> None:
    data, notes = Parser().parse(text, 1)
    assert data is None or isinstance(data, dict)
    assert all(0 <= note.start <= note.end <= max(len(text), 1) for note in notes)
