"""Templates are bounded in time and memory, and say what is wrong in their own words."""

import re
import tracemalloc

import pytest

from meshctl.inject.go_template import bounds, template
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


LONG = [
    "{{ $l := list }}{{ range until 100000 }}{{ $l = append $l . }}{{ end }}",
    "{{ $x := repeat 900000 `a` }}{{ range until 500000 }}{{ $y := upper $x }}{{ end }}",
    "{{ $l := until 900000 }}{{ range until 100000 }}{{ range $l }}{{ break }}{{ end }}{{ end }}",
    "{{ $a := 1 }}" + "{{ $b := 1 }}" * 2000 + "{{ range until 300000 }}{{ $a }}{{ end }}",
]  # fmt: skip
"""What makes few steps, each of which looks at much."""


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_work_is_bounded(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MAX_WORK", 5_000_000)
    monkeypatch.setattr(template, "MAX_STEPS", 100_000)
    assert re.search("have read 5,000,000 characters|more than 100,000 steps", refusal(text))


def test_repetitions_are_found_by_their_hash() -> None:
    class Compared(int):
        count = 0

        def __eq__(self, other: object) -> bool:
            Compared.count += 1
            return int(self) == other

        __hash__ = int.__hash__

    numbers = [Compared(number % 500) for number in range(1000)]
    written = Template("t", "{{ uniq .numbers | len }}", SPRIG).render({"numbers": numbers})
    assert ("500", True) == (written, Compared.count < 2000)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{{ add 9223372036854775807 1 }}", "-9223372036854775808"),
        ("{{ mul 9223372036854775807 2 }}", "-2"),
        ("{{ sub -9223372036854775807 3 }}", "9223372036854775806"),
        ("{{ div (sub -9223372036854775807 1) -1 }}", "-9223372036854775808"),
        (f"{{{{ int `{'1' * 5000}` }}}}", "0"),
        ("{{ int64 `9223372036854775808` }}", "0"),
        ("{{ atoi `-9223372036854775808` }}", "-9223372036854775808"),
        (f"{{{{ toDecimal `{'7' * 9000}` }}}}{{{{ toDecimal `17` }}}}", "015"),
        ("{{ $x := 3 }}" + "{{ $x = mul $x $x }}" * 40 + "{{ $x }}", "-7860764868738023423"),
        ("{{ uniq (list 1 1.0 `1` (dict `a` 1) (dict `a` 1) 1) | len }}", "4"),
        ("{{ without (list 1 2 (list 1)) 2 (list 1) }}", "[1]"),
    ],
)
def test_numbers_are_those_of_go(text: str, written: str) -> None:
    assert written == Template("t", text, SPRIG).render({})


@pytest.mark.parametrize("digits", ["9" * 5000, "0x" + "f" * 5000, "-9223372036854775809"])
def test_a_constant_is_no_more_than_64_bits(digits: str) -> None:
    assert re.search("integer overflow|is not a number", refusal(f"{{{{ {digits} }}}}"))


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
