"""Files are written below the directory that was named, all or none, and as JSON where they were."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from meshctl.output.migration.form import migration_schema

ROLE = """
apiVersion: authentication.istio.io/v1alpha1
kind: Policy
metadata: {name: default, namespace: harbour}
spec: {peers: [{mtls: {}}]}
"""
RULES = """
apiVersion: networking.istio.io/v1beta1
kind: Sidecar
metadata: {name: default, namespace: harbour}
spec: {egress: [{hosts: ["./*"]}]}
"""


def meshctl(where: Path, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "meshctl", "migrate", *arguments]
    return subprocess.run(
        command, cwd=where, input=text, capture_output=True, text=True, check=False
    )


def test_files_keep_their_names_below_the_directory(tmp_path: Path) -> None:
    (tmp_path / "old/deep").mkdir(parents=True)
    (tmp_path / "old/a.yaml").write_text(ROLE)
    (tmp_path / "old/deep/b.yaml").write_text(RULES)
    done = meshctl(tmp_path, "old", "-d", "new")
    assert done.returncode == 0, done.stderr
    assert "kind: PeerAuthentication" in (tmp_path / "new/a.yaml").read_text()
    assert (tmp_path / "new/deep/b.yaml").read_text() == RULES.replace("v1beta1", "v1")
    assert (tmp_path / "old/a.yaml").read_text() == ROLE


def test_files_that_somebody_edited_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(RULES)
    assert meshctl(tmp_path, "a.yaml", "-d", "new").returncode == 0
    assert meshctl(tmp_path, "a.yaml", "-d", "new").returncode == 0, "they say the same"
    edited = tmp_path / "new/a.yaml"
    edited.write_text("# mine\n")
    (tmp_path / "b.yaml").write_text(RULES.replace("default", "other"))
    done = meshctl(tmp_path, "a.yaml", "b.yaml", "-d", "new")
    assert done.returncode == 2
    assert done.stderr.startswith("meshctl: new/a.yaml would lose what is in there")
    assert "say --overwrite" in done.stderr
    assert edited.read_text() == "# mine\n"
    assert not (tmp_path / "new/b.yaml").exists(), "all are written or none"
    assert meshctl(tmp_path, "a.yaml", "b.yaml", "-d", "new", "--overwrite").returncode == 0
    assert edited.read_text() == RULES.replace("v1beta1", "v1")


def test_bytes_that_are_no_utf_8_stay(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"# caf\xe9" + ROLE.encode())
    for _ in range(2):  # a second time nothing differs
        done = meshctl(tmp_path, "a.yaml", "-d", "new")
        assert "exit code 1: 1 document could not be read" in done.stderr
    assert (tmp_path / "new/a.yaml").read_bytes() == (tmp_path / "a.yaml").read_bytes()


def test_a_link_does_not_lead_out_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "old/deep").mkdir(parents=True)
    (tmp_path / "old/deep/b.yaml").write_text(RULES)
    (tmp_path / "new").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "new/deep").symlink_to(tmp_path / "elsewhere")
    done = meshctl(tmp_path, "old", "-d", "new")
    assert done.returncode == 2
    assert "not below new" in done.stderr
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text(RULES)
    done = meshctl(tmp_path, "x/a.yaml", "y/a.yaml", "-d", "new")
    assert done.returncode == 2
    assert "two files would be written" in done.stderr
    assert not (tmp_path / "new").exists()


def test_paths_above_this_directory_stay_below_the_other(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "a.yaml").write_text(RULES)
    done = meshctl(tmp_path / "here", "../a.yaml", "-d", "new")
    assert done.returncode == 0, done.stderr
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.yaml", "here"]
    assert (tmp_path / "here/new/a.yaml").exists()


def test_standard_input(tmp_path: Path) -> None:
    done = meshctl(tmp_path, "-", "-o", "yaml", text=ROLE)
    assert done.returncode == 0
    assert "kind: PeerAuthentication" in done.stdout
    assert "Policy harbour/default  exact" in done.stderr


def test_json_stays_json(tmp_path: Path) -> None:
    policy = {
        "apiVersion": "authentication.istio.io/v1alpha1", "kind": "Policy",
        "metadata": {"name": "default", "namespace": "harbour"}, "spec": {},
    }  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(policy, indent=1))
    done = meshctl(tmp_path, "a.json", "-o", "yaml")
    assert json.loads(done.stdout)["kind"] == "PeerAuthentication"


def test_what_cannot_be_read_stays_as_it_is(tmp_path: Path) -> None:
    broken = ROLE + "---\nkind: [\n"
    (tmp_path / "a.yaml").write_text(broken)
    done = meshctl(tmp_path, "a.yaml", "-o", "yaml")
    assert done.returncode == 1
    assert done.stdout.endswith("---\nkind: [\n")
    assert "a.yaml:7: left as it is: " in done.stderr


def test_a_file_that_is_gone_is_told_with_a_subject(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("nowhere")
    done = meshctl(tmp_path, ".")
    said = done.stdout + done.stderr
    assert "a.yaml:1: left as it is: the file cannot be read: No such file or directory" in said


def test_names_and_notes_cannot_leave_their_comment(tmp_path: Path) -> None:
    """A name with a line break would write YAML of its own into the file."""
    hostile = {
        "apiVersion": "authentication.istio.io/v1alpha1", "kind": "Policy",
        "metadata": {"name": "a\nkind: Secret\n---\nkind: Secret\x1b[31m", "namespace": "harbour"},
        "spec": {"targets": [{"name": "b\nkind: Secret"}]},
    }  # fmt: skip
    (tmp_path / "a.yaml").write_text(f"---\n{json.dumps(hostile)}\n")
    done = meshctl(tmp_path, "a.yaml", "-o", "yaml")
    assert done.returncode == 1
    lines = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    assert [line for line in lines if line not in {"", "---"}] == []
    assert "\x1b" not in done.stderr


def test_a_diff_can_be_patched(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(RULES)
    done = meshctl(tmp_path, "a.yaml", "-o", "diff")
    assert "-apiVersion: networking.istio.io/v1beta1\n+apiVersion: networking.istio.io/v1\n" in (
        done.stdout
    )


@pytest.mark.parametrize(
    "case", sorted((Path(__file__).parent / "cases").iterdir()), ids=lambda path: path.name
)
def test_json_fits_its_schema(case: Path) -> None:
    to = "gateway-api" if case.name.startswith("gateway_api") else "current"
    import jsonschema

    done = meshctl(case, "input.yaml", "-o", "json", "--to", to)
    jsonschema.validate(json.loads(done.stdout), migration_schema())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.yaml", "--to", "future"), "--to 'future' is not one of"),
        (("a.yaml", "-o", "xml"), "no output format 'xml'"),
        (("nowhere.yaml",), "nowhere.yaml does not exist"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path: Path, arguments, message) -> None:
    (tmp_path / "a.yaml").write_text(RULES)
    done = meshctl(tmp_path, *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_names_that_are_replaced_later_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ROLE.replace("name: default", 'name: "${NAME}"'))
    done = meshctl(tmp_path, "a.yaml", "-o", "yaml")
    assert done.returncode == 0
    assert "name: ${NAME}\n" in done.stdout
    assert "'${NAME}' is taken as it stands" in done.stderr


def test_line_ends_of_a_file_stay(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes((ROLE + "---" + RULES).replace("\n", "\r\n").encode())
    assert meshctl(tmp_path, "a.yaml", "-d", "new").returncode == 0
    written = (tmp_path / "new/a.yaml").read_bytes()
    assert written.count(b"\n") == written.count(b"\r\n") > 0


def test_charts_are_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "chart/templates").mkdir(parents=True)
    (tmp_path / "chart/Chart.yaml").write_text("apiVersion: v2\nname: chart\nversion: 1.0.0\n")
    (tmp_path / "chart/templates/a.yaml").write_text(ROLE)
    done = meshctl(tmp_path, ".")
    assert "not migrated: 1 chart was not rendered" in done.stdout


def test_two_gateways_of_one_name_are_not_mixed(tmp_path: Path) -> None:
    text = (Path(__file__).parent / "cases/gateway_api_order/input.yaml").read_text()
    gateway = next(one for one in text.split("---\n") if "kind: Gateway" in one)
    (tmp_path / "a.yaml").write_text(f"{text}---\n{gateway}")
    done = meshctl(tmp_path, "a.yaml", "--to", "gateway-api", "-o", "json")
    statuses = [
        row["status"]
        for row in json.loads(done.stdout)["rows"]
        if row["from"]["resource"]["kind"] == "Gateway"
    ]
    assert statuses == ["exact", "impossible"]


def test_items_of_a_list_go_with_their_own_comments_alone(tmp_path: Path) -> None:
    staying = (
        "# rules {0}\n"
        "- apiVersion: networking.istio.io/v1beta1  # of old\n"
        "  kind: Sidecar\n"
        "  metadata: {{name: s{0}, namespace: harbour}}\n"
        '  spec: {{egress: [{{hosts: ["./*"]}}]}}\n'
    )
    going = (
        "# peers {0}\n"
        "- apiVersion: authentication.istio.io/v1alpha1\n"
        "  kind: Policy\n"
        "  metadata: {{name: p{0}, namespace: harbour}}\n"
        "  spec: {{targets: [{{name: p{0}}}], peers: [{{mtls: {{}}}}]}}\n"
        "\n"
    )
    head = "apiVersion: v1\nkind: List\nitems:\n"
    text = head + "".join((staying + going).format(number) for number in range(7))
    rest = head + "".join(staying.format(number) for number in range(7)).replace("v1beta1", "v1")
    (tmp_path / "list.yaml").write_text(text)
    done = meshctl(tmp_path, "list.yaml", "-d", "new")
    assert "defect" not in done.stderr
    written = (tmp_path / "new/list.yaml").read_text()
    assert written.partition("---\n")[0] == rest
