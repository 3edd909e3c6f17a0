"""Piped output of helm and kustomize names files, and findings stand in them."""

import io

import pytest

from meshctl.engine.analyze import analyze
from meshctl.settings import Settings

POLICY = """\
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {{name: default, namespace: shop{annotations}}}
spec: {{mtls: {{mode: LAX}}}}
"""
ORIGIN = ', annotations: {config.kubernetes.io/origin: "path: base/policy.yaml\\n"}'


@pytest.mark.parametrize(
    ("text", "file", "line"),
    [
        ("---\n# Source: shop/templates/policy.yaml\n" + POLICY, "shop/templates/policy.yaml", 6),
        (POLICY.replace("{annotations}", ORIGIN), "base/policy.yaml", 4),
    ],
)
def test_a_piped_document_stands_in_the_file_it_names(text: str, file: str, line: int) -> None:
    text = text.replace("{annotations}", "").replace("{{", "{").replace("}}", "}")
    report = analyze(["-"], Settings(), stdin=io.BytesIO(text.encode()))
    [found] = report.findings
    assert (file, 1) == (found.location.file, found.location.line)
    places = [(one.location.file, one.location.line, one.message) for one in found.related]
    assert [
        ("-", line, "as it is in the input"),
        (file, 1, "piped; only the file is known"),
    ] == places


@pytest.mark.parametrize("source", ["/etc/passwd", "-", "\x1b[31mred"])
def test_what_is_no_path_of_a_chart_is_not_taken(source: str) -> None:
    text = f"# Source: {source}\n" + POLICY.format(annotations="")
    report = analyze(["-"], Settings(), stdin=io.BytesIO(text.encode()))
    assert all(found.location.file == "-" for found in report.findings)
