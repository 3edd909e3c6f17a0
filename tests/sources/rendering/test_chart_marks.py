"""Marks go to lines that can carry one, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.sources.rendering.chart_marks import actions, mark, marks_of, strip


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("kind: Service", "kind: Service #@3:1@"),
        ("port: {{ .Values.port }}", "port: {{ .Values.port }} #@3:1@"),
        ("{{- if .Values.on }}", "{{- if .Values.on }}"),
        ("{{ $name := .Values.name }}", "{{ $name := .Values.name }}"),
        ("{{- /* why */}}", "{{- /* why */}}"),
        ('{{ include "labels" . }}', '{{ include "labels" . }} #@3:1@'),
        ("name: {{ .Values.name -}}", "name: {{ .Values.name -}}"),
        ("---", "---"),
        ("", ""),
        ("a: {{ default\n  1 .x }}", "a: {{ default\n  1 .x }} #@3:2@"),
        ("a: b\r\nc: d\r\n", "a: b #@3:1@\r\nc: d #@3:2@\r\n"),
    ],
)
def test_a_line_that_writes_something_is_marked(text: str, marked: str) -> None:
    assert marked == mark(text, 3)


def test_an_action_that_never_ends_reaches_to_the_end() -> None:
    assert [(3, 9)] == [(action.start, action.end) for action in actions("a: {{ b\nc")]


def test_many_braces_are_read_in_linear_time() -> None:
    assert 1 == len(list(actions("{{" * 60_000)))


def test_marks_are_read_from_the_innermost_to_the_outermost() -> None:
    assert [(1, 8), (0, 20)] == marks_of("mode: STRICT #@1:8@ #@0:20@")


@given(st.text(alphabet="ab:{}- \n\r#/*|'\"$=.", max_size=200))
def test_marks_come_off_again(text: str) -> None:
    assert text == strip(mark(text, 7))
