"""What a chart's own values leave empty is unknown: nobody judges it, and a note says so."""

import shutil
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.settings import ChartRelease, Rendering, Settings
from meshctl.sources.rendering.empty_values import Filled, fill, notes
from meshctl.sources.rendering.source_map import Exactness, LineOrigins, Origin, SourceTexts
from meshctl.yaml.parser import Parser

needs_helm = pytest.mark.skipif(
    shutil.which("helm") is None, reason="helm is not on PATH, so nothing is rendered"
)
TEMPLATE = """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: till, namespace: shop}
spec:
  hosts:
    - {{ .Values.partner.host }}
  ports: [{number: 443, name: tls, protocol: TLS}]
  resolution: DNS
"""


def filled(template: str, line: str, exactness: Exactness = Exactness.LINE) -> Filled:
    texts = SourceTexts({"till.yaml": template})
    return fill(line, [LineOrigins((Origin("till.yaml", 1, "template"),), exactness)], texts)


@pytest.mark.parametrize(
    ("template", "line", "expected"),
    [
        ("- {{ .Values.host }}", "- ", '- "${VALUES.host}"'),
        ("host: {{ .Values.a.host | quote }}", 'host: ""', 'host: "${VALUES.a.host}"'),
        ('host: "{{ $.Values.host }}"', 'host: ""', 'host: "${VALUES.host}"'),
        ("hosts: [{{ .Values.host }}] # own", "hosts: [] # own", 'hosts: ["${VALUES.host}"] # own'),
        ("host: {{ .Values.name }}.{{ .Values.zone }}", "host: .test", "host: ${VALUES.name}.test"),
        ("- {{ $partner.host }}", "- ", '- "${VALUES.partner.host}"'),
        ("host: {{ .Values.host }}", "host: shop", "host: shop"),
        ("host: {{ include `till.host` . }}", "host: ", "host: "),
        ("host: {{ .Values.host }}", "hosts:", "hosts:"),
        ("namespace: {{ .Values.home }}", "namespace: ", "namespace: "),
        ("{{ .Values.a }}{{ .Values.b }}{{ .Values.c }}{{ .Values.d }}", "", ""),
    ],
)
def test_a_stand_in_is_written_where_a_value_alone_is_empty(
    template: str, line: str, expected: str
) -> None:
    assert expected == filled(template, line).text


def test_lines_that_may_be_others_stay_as_they_are() -> None:
    assert Filled("- ") == filled("- {{ .Values.host }}", "- ", Exactness.NEAREST)


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: till\nversion: 1.0.0\n")
    (tmp_path / "values.yaml").write_text("partner:\n  host:\n")
    (tmp_path / "templates/partner.yaml").write_text(TEMPLATE)
    return tmp_path


@needs_helm
def test_nothing_follows_from_an_empty_value_of_the_chart(chart: Path) -> None:
    report = analyze([str(chart)], Settings())
    assert ([], True) == (list(report.findings), "(partner.host)" in report.notes[-1])


@needs_helm
def test_an_empty_value_of_an_installation_counts(chart: Path) -> None:
    (chart / "values-live.yaml").write_text("partner: {host: null}\n")
    report = analyze([str(chart)], Settings())
    assert ["schema/wrong-type"] == [found.rule for found in report.findings]


@needs_helm
def test_an_empty_value_counts_where_the_config_file_says_what_is_installed(chart: Path) -> None:
    given = Rendering(releases=(ChartRelease(str(chart), "till"),))
    report = analyze([str(chart)], Settings(rendering=given))
    assert ["schema/wrong-type"] == [found.rule for found in report.findings]


@needs_helm
def test_a_repeated_key_is_told_where_its_values_differ(chart: Path) -> None:
    (chart / "templates/partner.yaml").write_text(
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: till\n"
        "  labels:\n    app: a\n    app: a\n    tier: b\n    tier: {{ `c` }}\n"
    )
    (found,) = [one for one in analyze([str(chart)], Settings()).findings if "key" in one.rule]
    assert "key `tier` is already on line 8; the last one wins, so delete one" == found.message


def test_charts_are_told_together() -> None:
    assert () == notes({})
    (text,) = notes({"a": ["x"], "b": ["y", "z"]})
    assert text.startswith("2 charts leave values empty")
    assert "a (x), b (y, z)" in text


def test_what_was_rendered_is_no_template() -> None:
    text = "summary: '{{ x }}'\nrule: a {{ include `b` }} c\n"
    read = [Parser(is_rendered=rendered).parse(text, 1)[0] is None for rendered in (True, False)]
    assert [False, True] == read
