"""An editor sees the findings of the command line, where they are, while texts change."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from meshctl.engine.registry import rule_ids
from tests.lsp.editor import Editor

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: bakery, namespace: town, labels: {owner: "zoë 𝄞"}}
spec:
  selector: {app: bakery}
  ports: [{name: http, port: 80}]
"""
ROUTES = """\
# one line above
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: bakery, namespace: town}
spec:
  hosts: [bakery]
  http:
    - {name: "𝄞é", route: [{destination: {host: bakery, port: {number: 81}}}]}
"""
PORT = "virtual-service/destination-port-not-found"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    (tmp_path / "service.yaml").write_text(SERVICE)
    (tmp_path / "routes.yaml").write_text(ROUTES)
    return tmp_path


def by_command(root: Path, *arguments: str) -> list[tuple[str, int, str]]:
    command = [sys.executable, "-m", "meshctl", "analyze", "-o", "json", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    findings = json.loads(done.stdout)["findings"]
    return sorted(
        (one["location"]["file"], one["location"]["line"], one["rule"]) for one in findings
    )


def by_editor(editor: Editor) -> list[tuple[str, int, str]]:
    return sorted(
        (os.path.relpath(uri.removeprefix("file://"), editor.root), at["line"] + 1, one["code"])
        for uri, several in editor.diagnostics.items()
        for one in several
        for at in [one["range"]["start"]]
    )


def test_the_whole_folder_is_analysed_without_a_file_open(town: Path) -> None:
    with Editor(town) as editor:
        assert editor.analyzed() > 0
        assert by_editor(editor) == by_command(town)


def test_texts_in_the_editor_win_over_files(town: Path) -> None:
    with Editor(town) as editor:
        editor.analyzed()
        assert PORT in editor.codes("routes.yaml")
        editor.open("service.yaml", SERVICE.replace("port: 80", "port: 81"))
        editor.analyzed()
        assert PORT not in editor.codes("routes.yaml")
        editor.close("service.yaml")
        editor.analyzed()
        assert PORT in editor.codes("routes.yaml")


@pytest.mark.parametrize(("encoding", "size"), [("utf-8", 1), ("utf-16-le", 2), ("utf-32-le", 4)])
def test_characters_are_counted_as_the_client_does(town: Path, encoding: str, size: int) -> None:
    encoded, encoding = encoding, encoding.removesuffix("-le")
    line = ROUTES.split("\n")[7]
    column = len(line[: line.index("81")].encode(encoded)) // size
    with Editor(town, encodings=(encoding,)) as editor:
        editor.analyzed()
        assert editor.answer["capabilities"]["positionEncoding"] == encoding
        (found,) = (
            one for one in editor.diagnostics[editor.uri("routes.yaml")] if one["code"] == PORT
        )
        assert found["range"] == {
            "start": {"line": 7, "character": column}, "end": {"line": 7, "character": column + 2},
        }  # fmt: skip


def test_a_client_that_says_nothing_counts_utf_16(town: Path) -> None:
    with Editor(town) as editor:
        assert editor.answer["capabilities"]["positionEncoding"] == "utf-16"


def test_a_finding_has_its_rule_page_fix_and_related_places(town: Path) -> None:
    with Editor(town) as editor:
        editor.analyzed()
        (found,) = (
            one for one in editor.diagnostics[editor.uri("routes.yaml")] if one["code"] == PORT
        )
        page = Path(found["codeDescription"]["href"].removeprefix("file://"))
        assert page.read_text().startswith(f"# {PORT}\n")
        assert found["source"] == "meshctl"
        assert found["severity"] == 1
        assert "\nFix: " in found["message"]
        uris = [one["location"]["uri"] for one in found["relatedInformation"]]
        assert uris == [editor.uri("service.yaml")]
    assert not page.exists()


@pytest.mark.parametrize("arguments", [("--docs-url", "https://docs.example.com/rules/"), ()])
def test_pages_of_rules_can_be_those_of_a_site(town: Path, arguments: tuple[str, ...]) -> None:
    site = "https://elsewhere.example.com" if arguments else "https://docs.example.com/rules"
    (town / ".meshctl.yaml").write_text(f"docs-url: {site}\n")
    with Editor(town, *arguments) as editor:
        editor.analyzed()
        pages = {
            one["codeDescription"]["href"]
            for one in editor.diagnostics[editor.uri("routes.yaml")]
            if one["code"] == PORT
        }
        assert pages == {
            "https://docs.example.com/rules/virtual-service/destination-port-not-found/"
        }


def test_broken_yaml_and_unknown_fields_are_told_at_once(town: Path) -> None:
    with Editor(town) as editor:
        editor.analyzed()
        editor.open("routes.yaml")
        editor.analyzed()
        editor.type("routes.yaml", ROUTES.replace("  hosts:", "  hots:"))
        editor.analyzed()
        assert "schema/unknown-field" in editor.codes("routes.yaml")
        editor.type("routes.yaml", ROUTES + "  x: [\n")
        editor.analyzed()
        assert editor.codes("routes.yaml") == ["document/yaml-syntax"]


def test_files_and_configs_that_change_on_disk_are_read_again(town: Path) -> None:
    with Editor(town) as editor:
        editor.analyzed()
        watched = [one for one in editor.asked if one["method"] == "client/registerCapability"]
        assert len(watched) == 1
        (town / "service.yaml").unlink()
        gone = {"uri": editor.uri("service.yaml"), "type": 3}
        editor.notify("workspace/didChangeWatchedFiles", changes=[gone])
        editor.analyzed()
        assert PORT not in editor.codes("routes.yaml")
        (town / "service.yaml").write_text(SERVICE)
        (town / ".meshctl.yaml").write_text(f"ignore:\n  - rules: [{PORT}]\n    reason: later\n")
        made = {"uri": editor.uri(".meshctl.yaml"), "type": 1}
        editor.notify("workspace/didChangeWatchedFiles", changes=[made])
        editor.analyzed()
        assert PORT not in editor.codes("routes.yaml")
        assert by_editor(editor) == by_command(town)


def test_ignored_files_stay_silent(town: Path) -> None:
    (town / ".meshctlignore").write_text("routes.yaml\n")
    with Editor(town) as editor:
        editor.open("routes.yaml")
        editor.analyzed()
        assert editor.codes("routes.yaml") == []


def test_a_config_that_cannot_be_used_is_told(town: Path) -> None:
    (town / ".meshctl.yaml").write_text("ignor: []\n")
    with Editor(town) as editor:
        editor.request("workspace/executeCommand", command="meshctl.version", arguments=[])
        assert [one for one in editor.messages if ".meshctl.yaml" in one and "ignor" in one]


def test_settings_of_the_editor_hold(town: Path) -> None:
    (town / "service.yaml").unlink()
    with Editor(town, settings={"wholeMesh": True}) as editor:
        editor.analyzed()
        assert by_editor(editor) == by_command(town, "--whole-mesh")
        editor.notify(
            "workspace/didChangeConfiguration", settings={"meshctl": {"wholeMesh": False}}
        )
        editor.analyzed()
        assert by_editor(editor) == by_command(town)


def test_a_file_without_a_folder_is_analysed_alone(town: Path) -> None:
    with Editor(None) as editor:
        editor.open(str(town / "routes.yaml"), ROUTES.replace("  hosts:", "  hots:"))
        editor.analyzed()
        assert "schema/unknown-field" in editor.codes(str(town / "routes.yaml"))


def test_folders_are_meshes_of_their_own(
    town: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    village = tmp_path_factory.mktemp("village")
    (village / "routes.yaml").write_text(ROUTES.replace("  hosts:", "  hots:"))
    with Editor(town, beside=(village,)) as editor:
        editor.analyzed()
        editor.analyzed()
        assert editor.codes("routes.yaml") == [PORT]
        there = editor.diagnostics[(village / "routes.yaml").as_uri()]
        assert [one["code"] for one in there] == ["schema/unknown-field"]
        gone = {"uri": village.as_uri(), "name": "village"}
        editor.notify("workspace/didChangeWorkspaceFolders", event={"added": [], "removed": [gone]})
        editor.request("workspace/executeCommand", command="meshctl.version", arguments=[])
        assert editor.diagnostics[(village / "routes.yaml").as_uri()] == []


def test_files_behind_a_link_are_named_as_the_client_does(town: Path, tmp_path: Path) -> None:
    link = tmp_path.with_name("link-to-town")
    link.symlink_to(town)
    with Editor(link) as editor:
        editor.analyzed()
        assert editor.codes("routes.yaml") == [PORT]
        editor.open("service.yaml", SERVICE.replace("port: 80", "port: 81"))
        editor.analyzed()
        assert editor.codes("routes.yaml") == []


def test_an_editor_that_is_gone_ends_the_server(town: Path) -> None:
    code, said = Editor(town).wait()
    assert (code, "Traceback" in said) == (1, False)


def test_findings_about_dead_text_are_marked() -> None:
    from meshctl.lsp.diagnostics import TAGS

    assert sorted(set(TAGS) - set(rule_ids())) == []
    assert [tag.name for tag in TAGS["virtual-service/rule-shadowed"]] == ["Unnecessary"]
    assert [tag.name for tag in TAGS["resource/deprecated-annotation"]] == ["Deprecated"]


def test_a_client_sees_the_marks(tmp_path: Path) -> None:
    head = ROUTES.partition("    - {name")[0]
    rules = [
        f"    - {{match: [{{uri: {{prefix: {path}}}}}], route: [{{destination: {{host: bakery}}}}]}}\n"
        for path in ("/bread", "/bread/rye")
    ]
    (tmp_path / "routes.yaml").write_text(head + "".join(rules))
    with Editor(tmp_path) as editor:
        editor.analyzed()
        found = editor.diagnostics[editor.uri("routes.yaml")]
        assert [one.get("tags") for one in found if one["code"].endswith("rule-shadowed")] == [[1]]


def test_a_folder_may_be_deleted_and_come_again(tmp_path: Path) -> None:
    root = tmp_path / "folder"
    root.mkdir()
    (root / "routes.yaml").write_text(ROUTES)
    editor = Editor(root)
    first = editor.analyzed()
    editor.open("routes.yaml")
    editor.analyzed()
    shutil.rmtree(root)
    editor.type("routes.yaml", f"# gone\n{ROUTES}")
    editor.analyzed()
    gone = [{"uri": editor.uri("routes.yaml"), "type": 3}]
    editor.notify("workspace/didChangeWatchedFiles", changes=gone)
    assert editor.ask_at("hover", "routes.yaml", 5, 4) is not None
    assert editor.request(
        "textDocument/documentSymbol", textDocument={"uri": editor.uri("routes.yaml")}
    )
    editor.close("routes.yaml")
    root.mkdir()
    (root / "routes.yaml").write_text(ROUTES)
    editor.notify("workspace/didChangeWatchedFiles", changes=gone)
    assert editor.analyzed() == first
    editor.request("shutdown")
    editor.notify("exit")
    assert editor.wait() == (0, "")


def test_what_no_rule_could_look_at_is_logged_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    (tmp_path / "chart" / "templates").mkdir(parents=True)
    (tmp_path / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 0.1.0\n")
    (tmp_path / "chart" / "templates" / "a.yaml").write_text("kind: {{ .Values.kind }}\n")
    with Editor(tmp_path) as editor:
        editor.analyzed()
        editor.open("a.yaml", SERVICE)
        editor.analyzed()
    [line] = editor.logged
    assert line.startswith("meshctl: not fully checked: 1 chart was not rendered: chart")
