"""Templates are bounded in time and memory, and say what is wrong in their own words."""

import re
import tracemalloc

import pytest

from meshctl.inject.go_template.errors import TemplateError
from meshctl.inject.go_template.sprig import SPRIG
from meshctl.inject.go_template.template import Template

DOUBLED = "{{ $x := `ab` }}" + "{{ $x = print $x $x }}" * 60
LISTED = "{{ $x := list 1 }}" + "{{ $x = list $x $x }}" * 60 + "{{ print $x }}"
HUGE = [
    "{{ indent 1000000000 `a` }}", "{{ nindent 1000000000 `a` }}", "{{ repeat 1000000000 `a` }}",
    DOUBLED, LISTED, DOUBLED.replace("print", "cat"), DOUBLED.replace("print", "printf `%s%s`"),
    "{{ $x := repeat 900000 `a` }}{{ replace `a` $x $x }}", "{{ until 1000000000 }}",
    "{{ $x := repeat 900000 `a` }}{{ regexReplaceAll `a` $x $x }}", "{{ printf `%1000000000d` 1 }}",
    "{{ $x := repeat 900000 `a` }}{{ join $x (splitList `a` $x) }}", "{{ seq 1 1000000000 }}",
    "{{ $x := dict }}" + "{{ $x = dict `a` $x `b` $x }}" * 60 + "{{ toJson $x }}",
    "{{ range until 10000 }}{{ repeat 900000 `a` }}{{ end }}", "{{ printf `%*d` 1000000000 1 }}",
]  # fmt: skip
PYTHON = re.compile(r"positional|object|NoneType|'str'|'int'|lambda|attribute|unpack|Error\b|codec")


@pytest.mark.parametrize("text", HUGE, ids=range(len(HUGE)))
def test_memory_is_bounded(text: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TemplateError):
            Template("t", text, SPRIG).render({})
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "argument", ["", "1", "`a`", "(list 1)", "dict", "nil", "1 2 3 4 5 6", "-1 `a`"]
)
@pytest.mark.parametrize("name", sorted(SPRIG))
def test_words_are_those_of_templates(name: str, argument: str) -> None:
    assert not PYTHON.search(refusal(f"{{{{ {name} {argument} }}}}").replace(name, ""))


def refusal(text: str) -> str:
    try:
        Template("t", text, SPRIG).render({})
    except TemplateError as error:
        return error.reason
    return ""
