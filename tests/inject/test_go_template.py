"""Does the engine of Go templates give what text/template gives?"""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.inject.go_template import FieldError, Template, TemplateError
from meshctl.inject.go_template.printf import printf
from meshctl.inject.go_template.sprig import SPRIG


def render(text: str, data: object = None) -> str:
    return Template("t", text, SPRIG).render(data)


class Person:
    """A struct with a field and a method."""

    def field(self, name: str) -> object:
        found = {"Name": "Ada", "Greet": lambda word="Hi": f"{word} Ada"}
        if name not in found:
            raise FieldError(f"no field {name}")
        return found[name]


@pytest.mark.parametrize(
    ("text", "data", "expected"),
    [
        ("a {{- 1 -}} b", None, "a1b"),
        ("a {{/* x */}} b", None, "a  b"),
        ("a {{- /* x */ -}} b", None, "ab"),
        ("{{if .a}}1{{else if .b}}2{{else}}3{{end}}", {"b": 1}, "2"),
        ("{{if .a}}1{{else if .b}}2{{else}}3{{end}}", {}, "3"),
        ("{{with .a}}{{.}}{{else with .b}}b{{.}}{{else}}n{{end}}", {"b": 2}, "b2"),
        ("{{range .}}{{.}},{{end}}", [1, 2], "1,2,"),
        ("{{range $i, $v := .}}{{$i}}{{$v}} {{end}}", ["x", "y"], "0x 1y "),
        ("{{range $k, $v := .}}{{$k}}={{$v}} {{end}}", {"b": 1, "a": 2}, "a=2 b=1 "),
        ("{{range .}}x{{else}}none{{end}}", [], "none"),
        ("{{range 3}}{{.}}{{end}}", None, "012"),
        ("{{range .}}{{if eq . 2}}{{continue}}{{end}}{{if eq . 4}}{{break}}{{end}}{{.}}{{end}}",
         [1, 2, 3, 4, 5], "13"),
        ("{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}", None, "2"),
        ("{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}", None, "21"),
        ('{{define "d"}}[{{.}}]{{end}}{{template "d" 5}}', None, "[5]"),
        ('{{block "d" .a}}<{{.}}>{{end}}', {"a": "z"}, "<z>"),
        ("{{.a.b.c}}", {}, "<no value>"),
        ("{{(.a).b}}", {"a": None}, "<no value>"),
        ("{{.a}}", {"a": 15020.0}, "15020"),
        ("{{.a}} {{.b}}", {"a": 1e21, "b": 0.00001}, "1e+21 1e-05"),
        ("{{1.5}} {{0x10}} {{017}} {{'a'}} {{1_000}}", None, "1.5 16 15 97 1000"),
        (r'{{"a\tb"}}{{`c\td`}}', None, "a\tbc\\td"),
        ("{{eq .a true}} {{eq nil .a}}", {}, "false true"),
        ("{{eq 1 2 1}} {{ne 1 2}} {{lt 1 2}} {{ge 2 2}}", None, "true true true true"),
        ('{{and 1 0 (index "" 9)}} {{or 0 "x"}} {{not ""}}', None, "0 x true"),
        ('{{index .m "k" 1}} {{len .m}} {{slice (list 1 2 3) 1 2}}', {"m": {"k": [7, 8]}},
         "8 1 [2]"),
        ('{{printf "%05d|%-4s|%4s|%q|%v|%.2f|%t" 42 "a" "b" "c" .x 1.5 true}}', {"x": [1, None]},
         '00042|a   |   b|"c"|[1 <nil>]|1.50|true'),
        ('{{.Name}} {{.Greet}} {{.Greet "Yo"}} {{(.Greet) | printf "%s!"}}', Person(),
         "Ada Hi Ada Yo Ada Hi Ada!"),
        ('{{"x" | printf "%s%s" "y"}}', None, "yx"),
        ('{{print 1 2 "a" 3}}', None, "1 2a3"),
        ("{{.}}", {"b": [1], "a": None}, "map[a:<nil> b:[1]]"),
    ],
)  # fmt: skip
def test_templates(text: str, data: object, expected: str) -> None:
    assert expected == render(text, data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{ "a" | default "b" }}{{ "" | default "b" }}', "ab"),
        ('{{ list 1 2 | join "-" }}', "1-2"),
        ('{{ append (list "a") "b" | join "," }}', "a,b"),
        ('{{ "a\\nb" | indent 2 }}', "  a\n  b"),
        ('{{ "a" | nindent 2 }}', "\n  a"),
        ('{{ "a\\"b" | quote }} {{ 1 | quote }} {{ "x" | squote }}', '"a\\"b" "1" \'x\''),
        ('{{ trunc 3 "abcdef" }} {{ trunc -2 "abcdef" }}', "abc ef"),
        ('{{ "--a-" | trimAll "-" }} {{ trimSuffix "b" "ab" }} {{ trimPrefix "a" "ab" }}', "a a b"),
        ('{{ (dict "a" 1 "b" 2) | keys | sortAlpha | join "," }}', "a,b"),
        ('{{ get (dict "a" 1) "a" }} {{ hasKey (dict "a" 1) "b" }}', "1 false"),
        ('{{ dig "a" "b" "none" (dict "a" (dict "c" 1)) }}', "none"),
        ("{{ add 1 2 3 }} {{ sub 5 2 }} {{ div 7 2 }} {{ mod -7 2 }} {{ max 1 3 2 }}", "6 3 3 -1 3"),
        ("{{ round 2.5 0 }} {{ ceil 1.1 }} {{ floor 1.9 }}", "3 2 1"),
        ('{{ "12" | int }} {{ "1.5" | float64 }} {{ atoi "7" }} {{ toString 5 }}', "12 1.5 7 5"),
        ('{{ until 3 | join "" }} {{ untilStep 0 6 2 | join "" }} {{ seq 3 }}', "012 024 1 2 3"),
        ('{{ ternary "y" "n" true }} {{ coalesce "" 0 "z" }} {{ empty "" }}', "y z true"),
        ('{{ "aGk=" | b64dec }} {{ "hi" | b64enc }}', "hi aGk="),
        ('{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}', "-W-xxW-"),
        ('{{ "foo bar" | title }} {{ "HelloWorld" | snakecase }} {{ "a_b" | camelcase }}',
         "Foo Bar hello_world AB"),
        ('{{ dict "b" 1 "a" (list true nil) | toJson }}', '{"a":[true,null],"b":1}'),
        ('{{ kindOf 1 }} {{ kindIs "map" (dict) }} {{ typeOf "x" }}', "int true string"),
        ("{{ uniq (list 1 1 2) }} {{ without (list 1 2) 2 }} {{ first (list 4 5) }}", "[1 2] [1] 4"),
        ('{{ regexSplit "a*" "abaabaccadaaae" 5 | join "|" }}', "|b|b|c|cadaaae"),
        ('{{ regexSplit "z" "azbzc" 1 }} {{ regexSplit "z" "azb" 0 }}', "[azbzc] []"),
        ('{{ regexFindAll "a*" "baaac" -1 | toJson }}', '["","aaa",""]'),
        ('{{ regexReplaceAll "(?P<n>a)|b" "ab" "<${n}$9$$>" }}', "<a$><$>"),
        ('{{ regexMatch "^a$" "a\\n" }} {{ regexMatch "(?m)^a$" "a\\nb" }}', "false true"),
        ('{{ regexFind "[[:upper:][:digit:]_]+\\\\z" "aB_1" }}', "B_1"),
        ('{{ regexMatch "^\\\\d\\\\w$" "٣é" }} {{ regexMatch "a{,2}" "a{,2}" }}', "false true"),
        ('{{ mustRegexMatch "[^a]" "b" }} {{ mustFirst (list 3) }}', "true 3"),
    ],
)  # fmt: skip
def test_functions_of_sprig(text: str, expected: str) -> None:
    assert expected == render(text)


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("a\n {{nope}}", 2, 4, "function 'nope' is not defined"),
        ("{{if}}", 1, 5, "missing value"),
        ("{{if 1}}", 1, 9, "expected end"),
        ("{{end}}", 1, 3, "unexpected end"),
        ("{{.a", 1, 3, "never closed"),
        ("{{$x}}", 1, 3, "undefined variable $x"),
        ("{{if 1}}{{$a := 1}}{{else}}{{$a}}{{end}}", 1, 30, "undefined variable $a"),
        ("{{1 2}}", 1, 3, "can't give argument to non-function"),
        ("{{break}}", 1, 3, "outside"),
        ("{{eq 1 `a`}}", 1, 3, "incompatible types"),
        ("x\n{{.a.b}}", 2, 3, "nil pointer"),
        ("{{index .l 5}}", 1, 3, "out of range"),
        ("{{fail `no`}}", 1, 3, "no"),
        ("{{div 1 0}}", 1, 3, "divide by zero"),
        ('{{template "none"}}', 1, 3, "not defined"),
        ('{{define "r"}}{{template "r"}}{{end}}{{template "r"}}', 1, 17, "without end"),
        ("{{range 9000000}}{{end}}", 1, 3, "steps"),
        ("{{len 3}}", 1, 3, "len of 3"),
        ("{{randAlpha 3}}", 1, 3, "another result every time"),
        ("{{now}}", 1, 3, "clock"),
        ("{{env `HOME`}}", 1, 3, "environment"),
        ("{{repeat 9000000 `a`}}", 1, 3, "characters"),
        ('{{"\\q"}}', 1, 3, "unknown escape"),
        ("{{regexMatch `(?=a)` `a`}}", 1, 3, "is no regular expression"),
        ("{{regexMatch `a++` `a`}}", 1, 3, "is no regular expression"),
    ],
)
def test_errors_know_their_place(text: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render(text, {"a": None, "l": [1]})
    assert (line, column) == (caught.value.line, caught.value.column)
    assert reason in str(caught.value)


@given(st.text(alphabet='{}-| .$ab()"`:=,\n/*0if end range', max_size=40))
def test_any_text_renders_or_fails_in_one_way(text: str) -> None:
    with contextlib.suppress(TemplateError):
        render(text, {"a": 1})


@given(st.text(alphabet=st.characters(exclude_characters="{"), max_size=40))
def test_text_without_actions_stays(text: str) -> None:
    assert text == render(text)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(TemplateError, match="too deep"):
        render("{{" + "(" * 5000 + "1" + ")" * 5000 + "}}")


def test_printf_shows_what_does_not_fit() -> None:
    assert "%!d(string=a) %!s(MISSING)" == printf("%d %s", "a")
    assert "1%!(EXTRA int=2)" == printf("%d", 1, 2)
