"""Expectations about requests: read, compared, and written in every format."""

import io
import json
from xml.etree import ElementTree as ET

import pytest

from meshctl.engine.analyze import load_mesh
from meshctl.errors import UsageError
from meshctl.inspect.trace.answer import trace
from meshctl.inspect.trace.expectations import check, is_test_file, passed, read_tests
from meshctl.output.trace.tests import write_results
from meshctl.settings import Settings
from meshctl.sources.loader import load
from tests.inspect.depot import DEPOT

MESH = (
    DEPOT
    + """---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: no-delete, namespace: depot}
spec: {action: DENY, rules: [{to: [{operation: {methods: [DELETE]}}]}]}
"""
)
TESTS = """
mesh: [mesh.yaml]
tests:
  - name: %s
    request: {from: clerk.depot, url: "http://stock/x", method: %s}
    expect: %s
"""


@pytest.mark.parametrize(
    ("method", "expect", "failures"),
    [
        ("GET", "{outcome: forwarded, to: stock, tls: mtls, path: /x, denied: false}", 0),
        ("GET", "{to: {host: stock, port: 80}, arrives: true}", 0),
        ("GET", "{to: [{host: stock, port: 81}], tls: plaintext}", 2),
        ("DELETE", "{denied: true, denied_by: depot/no-delete, status: 403}", 0),
        ("DELETE", "{by: AuthorizationPolicy depot/no-delete}", 0),
        ("DELETE", "{by: depot/other, arrives: true, denied_by: depot/other}", 3),
    ],
)
def test_expectations(tmp_path, method, expect, failures) -> None:
    (tmp_path / "mesh.yaml").write_text(MESH)
    file = tmp_path / "tests.yaml"
    file.write_text(TESTS % ("one", method, expect))
    assert is_test_file(str(file))
    assert not is_test_file(str(tmp_path / "mesh.yaml"))
    read = read_tests(str(file))
    mesh = load_mesh(load(list(read.mesh)), Settings())
    [test] = read.tests
    result = check(read.path, test, trace(mesh, test.request, "default"))
    assert failures == len(result.failures), result.failures
    assert passed([result]) is (failures == 0)
    for output in ("text", "json", "junit"):
        out = io.StringIO()
        write_results([result], output, out)
        if output == "json":
            assert (failures == 0) is json.loads(out.getvalue())["tests"][0]["passed"]
        elif output == "junit":
            assert str(int(failures > 0)) == ET.fromstring(out.getvalue()).get("failures")  # noqa: S314 - our own text
        else:
            assert f"1 test, {int(failures > 0)} failed" in out.getvalue()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tests: 1", r":1:8: tests: this is 1, but a list is taken"),
        ("tests: [1]", r":1:9: tests\.0: this is 1, but a mapping is taken"),
        ("tests: []\nmore: 1", r':2:1: more: there is no field "more" here; there are mesh, tests'),
        ("tests: [{request: {from: a, url: b}, expect: {goes: c}}]", r':1:47: .*no field "goes"'),
        ("tests: [{request: {from: a}, expect: {}}]", r":1:10: tests\.0\.request: url is missing"),
        (
            "tests: [{request: {from: a, url: b}, expect: {to: {port: x}}}]",
            r":1:58: .*whole number",
        ),
        ("tests: [{request: {from: a, url: b}, expect: {to: [5]}}]", r":1:52: .*text or a mapping"),
        (
            "tests: [{request: {from: a, url: b}, expect: {tls: on}}]",
            r':1:52: .*this is true; .*"mtls"',
        ),
        ("tests: []\nmesh: [5]", r":2:8: mesh\.0: this is 5, but text is taken"),
    ],
)
def test_files_that_make_no_sense(tmp_path, text, problem) -> None:
    file = tmp_path / "tests.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match=problem):
        read_tests(str(file))


@pytest.mark.parametrize(
    ("method", "expect", "said"),
    [
        ("GET", "{status: 404}", "expected status 404, found none: 200 possible: stock."),
        ("GET", "{redirect: http://a/}", "expected redirect 'http://a/', found none: 200"),
        (
            "GET",
            "{to: {host: a, port: 81}}",
            "expected it to go to host 'a', port 81, found stock.",
        ),
        ("GET", "{denied_by: depot/a}", "expected it to be denied by depot/a, found forwarded"),
    ],
)
def test_failures_are_told_in_words(tmp_path, method, expect, said) -> None:
    (tmp_path / "mesh.yaml").write_text(MESH)
    (tmp_path / "tests.yaml").write_text(TESTS % ("one", method, expect))
    read = read_tests(str(tmp_path / "tests.yaml"))
    mesh = load_mesh(load(list(read.mesh)), Settings())
    [test] = read.tests
    [failure] = check(read.path, test, trace(mesh, test.request, "default")).failures
    assert failure.startswith(said)
    assert not {"None", "[", "{"} & set(failure.replace("(", " ").split())
