"""Is a plan in order, one finding a change, and are ignores, pins and patches heeded?"""

import json
from io import StringIO
from pathlib import Path

import pytest
import yaml
from pieces import (
    gateway,
    istiod,
    mesh,
    obj,
    operator,
    patch,
    route,
    routes,
    rule,
    service,
    text,
    values,
    workload,
)
from planning import finding, ids, plan, task

from meshctl.errors import InputError, UsageError
from meshctl.output.findings.formats import FORMATS, render
from meshctl.output.upgrade.form import write_plan_json
from meshctl.output.upgrade.schema import upgrade_schema
from meshctl.output.upgrade.text import write_plan_text
from meshctl.settings import IgnoreEntry, Settings
from meshctl.upgrades.change import Phase

SIMPLE = rule(tls={"mode": "SIMPLE"})


def test_the_way_holds_every_release(tmp_path: Path) -> None:
    found = plan(tmp_path, "1.31", start="1.27", mesh=text(service()))
    assert [one.branch for one in found.way] == ["1.28", "1.29", "1.30", "1.31"]


def test_the_one_version_of_kubernetes_that_suits_all_is_named_once(tmp_path: Path) -> None:
    tasks = plan(tmp_path, "1.31", start="1.24").tasks
    assert "Run Kubernetes 1.32 before the first step." in [one.fix for one in tasks]


def test_tasks_are_in_order_of_phases_and_releases(tmp_path: Path) -> None:
    objects = SIMPLE, routes(route()), service(), gateway(), istiod("1.20.3")
    found = plan(tmp_path, "1.31", mesh=text(*objects))
    order = [(list(Phase).index(one.phase), one.release.minor) for one in found.tasks]
    assert sorted(order) == order
    assert {one.phase for one in found.tasks} == {*Phase}


def test_a_change_of_many_objects_is_one_finding_with_all_places(tmp_path: Path) -> None:
    many = [yaml.safe_load(text(SIMPLE)) for _ in range(300)]
    for number, one in enumerate(many):
        one["metadata"]["name"] = f"rule-{number}"
    found = plan(tmp_path, "1.21", start="1.20", mesh=text(*many))
    one = finding(found, "1_21-007")
    assert (len(one.related), task(found, "1_21-007").places) == (299, 300)
    assert "and 299 more" in one.message
    lines = {one.location.line, *(other.location.line for other in one.related)}
    assert len(lines) == 300


def test_a_plan_says_what_behaves_differently(tmp_path: Path) -> None:
    found = plan(tmp_path, "1.24", start="1.23", mesh=text(routes(route())))
    [change] = task(found, "1_24-044").behaviour
    assert change.was.endswith("cancelled,503")
    assert change.now.endswith("unavailable,cancelled")


def test_a_comment_takes_its_place_out_of_a_finding(tmp_path: Path) -> None:
    ignored = text(SIMPLE).replace(
        "mode: SIMPLE", "mode: SIMPLE # meshctl: ignore[upgrade/1_21-007] a public CA"
    )
    both = plan(tmp_path, "1.21", start="1.20", mesh=f"{ignored}---\n{text(rule('b', 'b', tls={'mode': 'SIMPLE'}))}")  # fmt: skip
    assert finding(both, "1_21-007").related == ()
    alone = plan(tmp_path, "1.21", start="1.20", mesh=ignored)
    assert "1_21-007" not in ids(alone)
    assert alone.report.summary.ignored == 1
    assert not [one for one in alone.report.findings if one.rule.startswith("document/")]


@pytest.mark.parametrize(
    "settings",
    [
        Settings(ignore=("upgrade/1_21-007",)),
        Settings(ignores=(IgnoreEntry(("upgrade/1_21-*",), (), (), "known"),)),
        Settings(select=("upgrade/1_21-008",)),
    ],
)
def test_a_row_is_left_out_by_its_name(tmp_path: Path, settings: Settings) -> None:
    found = plan(tmp_path, "1.21", start="1.20", settings=settings, mesh=text(SIMPLE))
    assert "1_21-007" not in ids(found)


def test_an_annotation_ignores_a_row(tmp_path: Path) -> None:
    noted = yaml.safe_load(text(SIMPLE))
    noted["metadata"]["annotations"] = {"meshctl.io/ignore": "upgrade/1_21-007"}
    assert "1_21-007" not in ids(plan(tmp_path, "1.21", start="1.20", mesh=text(noted)))


def test_fingerprints_stay_when_lines_move_and_are_distinct(tmp_path: Path) -> None:
    first = plan(tmp_path, "1.31", start="1.20", mesh=text(SIMPLE, routes(route()), service()))
    moved = "\n# moved\n\n" + text(service(), SIMPLE, routes(route()))
    second = plan(tmp_path, "1.31", start="1.20", mesh=moved)
    prints = [[one.fingerprint for one in each.report.findings] for each in (first, second)]
    assert sorted(prints[0]) == sorted(prints[1])
    assert len(set(prints[0])) == len(prints[0])


def test_a_variable_puts_a_change_off_until_it_goes(tmp_path: Path) -> None:
    objects = text(SIMPLE, istiod("1.20.3", VERIFY_CERTIFICATE_AT_CLIENT="false"))
    early = task(plan(tmp_path, "1.23", mesh=objects), "1_21-007")
    assert (early.postponed.text, early.postponed.until.branch) == (
        "VERIFY_CERTIFICATE_AT_CLIENT=false", "1.24",
    )  # fmt: skip
    assert early.finding.severity == "info"
    late = plan(tmp_path, "1.24", mesh=objects)
    assert task(late, "1_21-007").postponed is None
    assert task(late, "1_21-007").release.branch == "1.24"
    assert "1_24-057" in ids(late)


def test_a_change_comes_when_what_put_it_off_ends(tmp_path: Path) -> None:
    objects = text(SIMPLE, istiod("1.22.3", VERIFY_CERTIFICATE_AT_CLIENT="false"))
    assert "1_21-007" not in ids(plan(tmp_path, "1.23", mesh=objects))
    found = task(plan(tmp_path, "1.24", mesh=objects), "1_21-007")
    assert found.ended.text == "VERIFY_CERTIFICATE_AT_CLIENT=false"


def test_a_compatibility_version_puts_off_what_its_profile_sets(tmp_path: Path) -> None:
    pinned = text(SIMPLE, operator(tag="1.20.3", values={"compatibilityVersion": "1.20"}))
    found = task(plan(tmp_path, "1.22", mesh=pinned), "1_21-007")
    assert found.postponed.text == "compatibilityVersion=1.20"
    beyond = plan(tmp_path, "1.26", mesh=pinned)
    assert task(beyond, "1_21-007").postponed is None
    assert "1_24-055" in ids(beyond)
    other = plan(tmp_path, "1.26", start="1.24", mesh=text(values("compatibilityVersion", "1.22")))
    assert finding(other, "compatibility-version-unknown").severity == "error"


def test_a_change_of_a_patch_counts_by_the_patch(tmp_path: Path) -> None:
    reader = [{"name": "a", "args": ["istiod.istio-system:15014/debug/syncz"]}]
    reads = text(workload(containers=reader))

    def asked(start: str, to: str) -> bool:
        return "1_27-082" in ids(plan(tmp_path, to, start=start, mesh=reads))

    assert [asked("1.27.3", "1.27.6"), asked("1.27.3", "1.27.5"), asked("1.27.6", "1.28.4"),
            asked("1.27.3", "1.28.2"), asked("1.26", "1.27"), asked("1.27", "1.28")] == [
        True, False, False, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("to", ["1.31", "v1.31.0", "1.31-alpha.0", "1.31.0-rc.1"])
def test_a_target_is_written_in_many_ways(tmp_path: Path, to: str) -> None:
    assert plan(tmp_path, to, start="1.30", mesh=text(service())).way[-1].minor == 31


@pytest.mark.parametrize(
    ("start", "to"), [("1.31", "1.30"), ("1.30.4", "1.30.2"), ("1.30", "1.40"), ("1.30", "2.1"),
                      ("x", "1.30"), ("1.10", "1.19")],
)  # fmt: skip
def test_a_way_that_is_none_is_refused(tmp_path: Path, start: str, to: str) -> None:
    with pytest.raises(UsageError):
        plan(tmp_path, to, start=start, mesh=text(service()))


def test_an_old_start_says_what_is_not_known(tmp_path: Path) -> None:
    found = plan(tmp_path, "1.21", start="1.12", mesh=text(SIMPLE))
    assert any("older than the tables" in one.reason for one in found.report.not_checked)
    assert "1_21-007" in ids(found)


def test_without_a_version_the_next_step_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--from"):
        plan(tmp_path, "1.31", mesh=text(service()))


def test_the_rest_is_counted_and_named(tmp_path: Path) -> None:
    found = plan(tmp_path, "1.31", start="1.30", mesh=text(workload(), mesh(accessLogFile="a")))
    assert "upgrade/1_31-124" in found.unconcerned
    assert found.known == 6
    reported = {one.rule for one in found.report.findings}
    assert not reported & {*found.unconcerned}


def written(found, everything: bool = False) -> str:
    out = StringIO()
    write_plan_text(found, out, everything=everything)
    return out.getvalue()


def test_the_json_form_is_as_its_schema_says(tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    objects = SIMPLE, routes(route()), service(), istiod("1.20.3", ENABLE_AUTO_SNI="false")
    for to in ("1.23", "1.31"):
        out = StringIO()
        write_plan_json(plan(tmp_path, to, mesh=text(*objects)), out)
        data = json.loads(out.getvalue())
        Draft202012Validator(upgrade_schema()).validate(data)
        assert [*data["plan"]] == ["before", "during", "after"]
        named = {one["rule"] for tasks in data["plan"].values() for one in tasks} - {None}
        assert named == {one["rule"] for one in data["findings"]}
        assert data["found"][0]["version"] == "1.20.3"


def test_text_is_a_plan_and_short(tmp_path: Path) -> None:
    many = [rule("b", f"r-{number}", tls={"mode": "SIMPLE"}) for number in range(40)]
    found = plan(tmp_path, "1.22", start="1.20", mesh=text(*many))
    shown = written(found)
    assert [line for line in shown.splitlines() if line in {"Before", "During", "After"}] == [
        "Before", "During", "After",
    ]  # fmt: skip
    assert shown.count("\n") < 70 < written(found, everything=True).count("\n")
    assert "nothing here" in shown


_OTHERS = {"html", "github-review"}  # tested as a page; has what can be suggested alone


@pytest.mark.parametrize("name", sorted(set(FORMATS) - _OTHERS))
def test_a_report_of_changes_is_written_in_every_format(tmp_path: Path, name: str) -> None:
    found = plan(tmp_path, "1.31", start="1.20", mesh=text(SIMPLE, routes(route()), service()))
    out = StringIO()
    render(name, found.report, out)
    assert "1_21-007" in out.getvalue()


def test_what_is_written_in_values_is_no_terminal_code(tmp_path: Path) -> None:
    found = plan(tmp_path, "1.31", start="1.20", mesh=text(values("cni.logLevel", "\x1b[31m")),
                 more=text(istiod(PILOT_ENABLE_STATUS="\x1b[2J")))  # fmt: skip
    assert "\x1b" not in written(found, everything=True)


def test_a_plan_keeps_secrets(tmp_path: Path) -> None:
    secret = patch({"name": "x", "client_secret": "hunter2hunter2", "timeout": "0s",
                    "typed_config": {"@type": "ext_authz"}})  # fmt: skip
    found = plan(tmp_path, "1.31", start="1.20", mesh=text(secret))
    assert "hunter2" not in written(found, everything=True)


def test_objects_of_odd_shapes_raise_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MESHCTL_DEBUG", "1")
    odd = []
    for kind, version in (
        ("VirtualService", "networking.istio.io/v1"), ("DestinationRule", "networking.istio.io/v1"),
        ("EnvoyFilter", "networking.istio.io/v1alpha3"), ("ServiceEntry", "networking.istio.io/v1"),
        ("Service", "v1"), ("Deployment", "apps/v1"), ("ConfigMap", "v1"), ("Node", "v1"),
        ("IstioOperator", "install.istio.io/v1alpha1"), ("Telemetry", "telemetry.istio.io/v1"),
        ("HelmRelease", "helm.toolkit.fluxcd.io/v2"), ("Application", "argoproj.io/v1alpha1"),
        ("Gateway", "gateway.networking.k8s.io/v1"), ("WorkloadEntry", "networking.istio.io/v1"),
        ("CustomResourceDefinition", "apiextensions.k8s.io/v1"), ("HelmChart", "helm.cattle.io/v1"),
        ("MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1"), ("Istio", "sailoperator.io/v1"),
        ("RequestAuthentication", "security.istio.io/v1"), ("PrometheusRule", "a.b/v1"),
    ):  # fmt: skip
        specs = ([], "x", 1, None, {"http": 1, "hosts": {}, "values": [], "tls": []})
        odd += [obj(version, kind, spec=spec) for spec in specs]
    plan(tmp_path, "1.32", start="1.19", mesh=text(*odd), values="global: [1]\npilot: x\n")


def test_a_second_span_comes_when_its_variable_goes(tmp_path: Path) -> None:
    objects = text(gateway(), mesh(enableTracing=True),
                   istiod("1.27.3", PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY="false"))  # fmt: skip
    assert "1_28-095" not in ids(plan(tmp_path, "1.30", mesh=objects))
    assert task(plan(tmp_path, "1.31", mesh=objects), "1_28-095").release.branch == "1.31"
