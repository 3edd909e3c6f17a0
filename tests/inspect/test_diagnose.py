"""What ``diagnose`` answers: which symptoms a text shows, and which causes hold."""

import csv
import io
import json
import os
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.engine.catalog.search import search_rules
from meshctl.engine.registry import load_all
from meshctl.errors import UsageError
from meshctl.inspect.diagnose.answer import Diagnosis, Known, diagnose
from meshctl.inspect.diagnose.matching import facts_of, find_symptoms, named
from meshctl.inspect.diagnose.signatures import signatures
from meshctl.output.diagnose.schema import diagnose_schema
from meshctl.output.diagnose.write import write_diagnosis
from meshctl.settings import Settings
from meshctl.sources.loader import load

TABLE = Path(os.environ.get("MESHCTL_SHARED", "../shared")) / "data/diagnose/diagnose.csv"
LINE = (
    '[2026-03-04T05:06:07.000Z] "GET /loans HTTP/1.1" 503 {flags} {details} - "-" 0 95 3 - "-" '
    '"probe" "1f" "ledger.bank" "10.9.8.7:9000" outbound|80|{subset}|ledger.bank.svc.cluster.local '
    "- 10.0.0.1:80 10.0.0.2:4444 - default"
)
MESH = """
apiVersion: v1
kind: Namespace
metadata: {name: bank, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Pod
metadata: {name: ledger, namespace: bank, labels: {app: ledger}}
spec: {containers: [{name: app, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: teller, namespace: bank, labels: {app: teller}}
spec: {containers: [{name: app}]}
---
apiVersion: v1
kind: Service
metadata: {name: ledger, namespace: bank}
spec: {selector: {app: ledger}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ledger, namespace: bank}
spec:
  hosts: [ledger]
  http: [{route: [{destination: {host: ledger, subset: blue}}]}]
"""


def test_table_is_whole() -> None:
    every = signatures()
    assert len({one.id for one in every}) == len(every) == 101
    assert all(one.causes and one.title for one in every)
    known = {rule.id for rule in load_all()}
    assert [rule for one in every for rule in one.rules if rule not in known] == []


@pytest.mark.skipif(not TABLE.exists(), reason="the recorded signatures are not here")
def test_recorded_samples_show_their_symptom_first(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines(keepends=True)))
    right = sum(find_symptoms(row["sample"])[0].signature.id == row["id"] for row in rows)
    with capsys.disabled():
        print(f"\nsymptoms: {right} of {len(rows)}")  # noqa: T201 - the figure
    assert right == len(rows)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("UF", "uf-tls"),
        ("503 NC", "nc"),
        ("404", "nr-404"),
        ("curl: RBAC: access denied", "rbac-body"),
        (LINE.format(flags="UF,URX", details="x", subset=""), "urx"),
        ("noise\n" + LINE.format(flags="UH", details="no_healthy_upstream", subset=""), "uh"),
        (
            json.dumps({
                "method": "GET", "path": "/a", "response_code": 503, "response_flags": "NC",
                "response_code_details": "cluster_not_found",
            }),
            "nc",
        ),
    ],
)  # fmt: skip
def test_symptoms_of_texts(text: str, first: str) -> None:
    assert find_symptoms(text)[0].signature.id == first


def test_unknown_text_is_refused() -> None:
    with pytest.raises(UsageError, match="no symptom"):
        diagnose("all is well", None)


@given(st.text(alphabet=string.printable, max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    facts_of(text)
    find_symptoms(text)
    named(text)


def test_facts_of_a_line() -> None:
    facts = facts_of(LINE.format(flags="NC", details="cluster_not_found", subset="blue"))
    assert (facts.host, facts.port, facts.subset, facts.path) == (
        "ledger.bank.svc.cluster.local", 80, "blue", "/loans",
    )  # fmt: skip
    denied = LINE.format(
        flags="-", details="rbac_access_denied_matched_policy[ns[bank]-policy[none-in]-rule[0]]",
        subset="",
    )  # fmt: skip
    assert facts_of(denied).policy == "bank/none-in"


def _diagnosis(tmp_path: Path, text: str, *, client: str = "") -> Diagnosis:
    (tmp_path / "mesh.yaml").write_text(MESH)
    known = Known(load([str(tmp_path)]), None, Settings(whole_mesh=True))
    return diagnose(text, known, client)


def test_causes_are_confirmed_and_ruled_out(tmp_path: Path) -> None:
    line = LINE.format(flags="NC", details="cluster_not_found", subset="blue")
    found = _diagnosis(tmp_path, line, client="teller.bank")
    assert found.is_confirmed
    causes = found.symptoms[0].causes
    assert causes[0].state == "confirmed"
    assert causes[0].evidence[0].rule == "virtual-service/destination-subset-not-found"
    assert {one.state for one in causes[1:]} <= {"ruled-out", "unknown"}
    assert any(one.state == "ruled-out" for one in causes)
    assert found.trace is not None
    assert found.trace.flag == "NC"


def test_findings_about_other_hosts_are_no_evidence(tmp_path: Path) -> None:
    line = LINE.format(flags="NC", details="cluster_not_found", subset="blue")
    assert not _diagnosis(tmp_path, line.replace("ledger", "vault")).is_confirmed


@pytest.mark.parametrize("output", ["text", "json"])
def test_formats(tmp_path: Path, output: str) -> None:
    import jsonschema  # slow to import

    out = io.StringIO()
    write_diagnosis(_diagnosis(tmp_path, "503 NC", client=""), output, out)
    assert "destination-subset-not-found" in out.getvalue()
    if output == "json":
        jsonschema.validate(json.loads(out.getvalue()), diagnose_schema())


@pytest.mark.parametrize(
    ("known", "legend"),
    [
        (None, "?: not looked for; name manifests as PATH, or --cluster, to confirm causes"),
        (Known(load([]), None, Settings()), "?: they don't show it; --whole-mesh rules out what"),
    ],
)
def test_marks_are_explained(known: Known | None, legend: str) -> None:
    out = io.StringIO()
    write_diagnosis(diagnose("503 UC", known), "text", out)
    assert out.getvalue().splitlines()[-1].startswith(legend)


def test_rules_are_searched_by_words() -> None:
    found = [rule.id for rule in search_rules("outlier locality").rules]
    assert "destination-rule/locality-failover-without-outlier-detection" in found
    with pytest.raises(UsageError):
        search_rules("zebra crossing")


@pytest.mark.parametrize(("regex", "state"), [("/loans/.*", "unknown"), ("^/v[0-9]", "confirmed")])
def test_what_a_rule_only_notes_confirms_no_cause(regex: str, state: str) -> None:
    """``/loans/.*`` says the same as a prefix, and takes as much."""
    text = MESH.replace("http: [{", f'http: [{{match: [{{uri: {{regex: "{regex}"}}}}], ')
    known = Known(load(["-"], stdin=io.BytesIO(text.encode())), None, Settings())
    found = {cause.title: cause.state for cause in diagnose("NR", known).symptoms[0].causes}
    assert state == found["the match of the path takes less than meant"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("404 NR route_not_found", ["nr-404"]),
        ("NR route_not_found", ["nr-404"]),
        ("503 UF,URX via_upstream", ["uf", "urx"]),
        (
            "upstream connect error or disconnect/reset before headers",
            ["uce-termination", "uce-failure", "uce-protocol", "uce-overflow"],
        ),
        ("RBAC: access", ["rbac-body"]),
        ("OK then", []),
        ("upstream", []),
    ],
)
def test_pieces_of_lines_and_beginnings_of_messages_are_known(text: str, ids: list[str]) -> None:
    assert ids == [match.signature.id for match in find_symptoms(text)]


def test_what_to_do_next_names_the_input_that_was_given() -> None:
    known = Known(load(["-"], stdin=io.BytesIO(MESH.encode())), None, Settings(), "'my mesh'")
    said = {word for cause in diagnose("UO", known).symptoms[0].causes for word in cause.next}
    assert "meshctl describe service HOST 'my mesh'" in said
    assert not any(word.endswith(" .") for word in said)
