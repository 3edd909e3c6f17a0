"""What becomes of odd files: are they changed rightly, or left alone with one sentence?"""

import codecs
import json
import os
import stat
from pathlib import Path

import pytest
import yaml
from test_kube_inject import POD, TEMPLATE, VALUES, inject

from meshctl.cli.commands import kube_inject
from meshctl.errors import InputError, MeshctlError, UsageError
from meshctl.inject.manifests import rendered_first
from meshctl.output.files import write_files

DEPLOYMENT_WITHOUT_TEMPLATE = "apiVersion: v1\nkind: ReplicationController\nspec: {}\n"


@pytest.fixture
def flags(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "settings").mkdir()
    texts = {
        "inject_config": json.dumps({"templates": {"sidecar": TEMPLATE}}),
        "values": json.dumps(VALUES),
        "mesh_config": "{}",
    }
    for name, text in texts.items():
        (tmp_path / "settings" / name).write_text(text)
    return {name: str(tmp_path / "settings" / name) for name in texts}


def rewritten(path: Path, content: bytes, flags: dict[str, str], **others: object) -> bytes:
    path.write_bytes(content)
    kube_inject.run(paths=[str(path)], **flags, in_place=True, **others)
    return path.read_bytes()


def containers(content: bytes | str) -> list[str]:
    documents = yaml.safe_load_all(content)
    pod = next(document for document in documents if document and document.get("kind") == "Pod")
    return [container["name"] for container in pod["spec"]["containers"]]


@pytest.mark.parametrize(
    "content",
    [
        POD.replace("\n", "\r\n").encode(),
        codecs.BOM_UTF8 + POD.encode(),
        POD.rstrip().encode(),
        b"--- # first\n" + POD.encode() + b"--- # second\nkind: X\n",
        b"%YAML 1.1\n---\n" + POD.encode(),
        POD.encode() + b"...\n# the end\n",
        POD.replace("name: web", "name: 'ü\u2028'", 1).encode(),
        POD.replace("  - name: app", "  -\n    name: app").encode(),
        b"# only\n---\n\n---\n" + POD.encode(),
        POD.replace("name: web", "name: &n web", 1).replace("app: web", "app: *n").encode(),
    ],
)
def test_odd_files_are_injected_and_undone(tmp_path: Path, flags, content: bytes) -> None:
    file = tmp_path / "pod.yaml"
    once = rewritten(file, content, flags)
    assert ["app", "istio-proxy"] == containers(once)
    assert once == rewritten(file, once, flags)
    assert once.startswith(content[:8])
    assert once.count(b"\r\n") == (once.count(b"\n") if b"\r\n" in content else 0)
    undone = rewritten(file, once, flags, uninject=True)
    assert ["app"] == containers(undone)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (POD.encode("utf-16"), "is not UTF-8"),
        (bytes(range(256)), "is not UTF-8"),
        (b"a: \x00\n", ":1:4: the control character"),
        (b"a:\n\tb: c\n", ":2:1: a tab"),
        (b"{", ":1:1: "),
        (b"a: " + b"[" * 500, ":1:152: nested"),
        (b"a: *x\n", ":1:"),
        (DEPLOYMENT_WITHOUT_TEMPLATE.encode(), ":3:1: ReplicationController has no spec.template"),
        (
            POD.replace("metadata:\n  name: web\n", "metadata: text\nx:\n").encode(),
            ":3:11: metadata",
        ),
        (b"apiVersion: v1\nkind: List\nitems: 5\n", ":3:8: items of a List"),
    ],
)
def test_files_that_cannot_be_read_are_left_alone(tmp_path, flags, content: bytes, place) -> None:
    file = tmp_path / "pod.yaml"
    for style in ("preserve", "istioctl"):
        with pytest.raises(MeshctlError) as caught:
            rewritten(file, content, flags, output_style=style)
        assert content == file.read_bytes()
        assert f"{file}{place}" in str(caught.value) or f"{file} {place}" in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"---\n---\n", b"just text\n---\n5\n---\n[1]\n", b"a: 1", b"kind: {a: b}\n", b"# x\r\n"],
)
def test_files_without_workloads_are_left_as_they_are(tmp_path, flags, content: bytes) -> None:
    assert content == rewritten(tmp_path / "a.yaml", content, flags)


def test_json_stays_json(tmp_path: Path, flags) -> None:
    content = json.dumps(yaml.safe_load(POD)).encode()
    once = rewritten(tmp_path / "pod.json", content, flags)
    pod = json.loads(once)
    assert ["app", "istio-proxy"] == [container["name"] for container in pod["spec"]["containers"]]
    assert once == rewritten(tmp_path / "pod.json", once, flags)


def test_unknown_fields_do_not_vanish_unsaid(tmp_path: Path, flags, capsys) -> None:
    content = json.dumps({**yaml.safe_load(POD), "typo": {"a": 1}}).encode()
    rewritten(tmp_path / "pod.json", content, flags)
    assert "written anew, without what Kubernetes does not know: typo\n" in capsys.readouterr().err


def test_comments_do_not_vanish_unsaid(tmp_path: Path, flags, capsys) -> None:
    own = "spec:\n  containers:\n  # mine\n  - name: istio-proxy\n    image: auto\n"
    content = POD.replace("spec:\n  containers:\n", own, 1).encode()
    once = rewritten(tmp_path / "pod.yaml", content, flags)
    assert ["app", "istio-proxy"] == containers(once)
    assert b"# mine" not in once
    assert ":1:1: lines written anew lose the comment `# mine`\n" in capsys.readouterr().err


def test_repeated_keys_are_written_once(tmp_path: Path, flags, capsys) -> None:
    content = POD.replace("kind: Pod\n", "kind: Pod\nkind: Pod\n").encode()
    assert 1 == rewritten(tmp_path / "pod.yaml", content, flags).count(b"kind: Pod")
    assert "cannot be edited line by line" in capsys.readouterr().err


def test_links_and_rights_stay(tmp_path: Path, flags) -> None:
    file, link = tmp_path / "pod.yaml", tmp_path / "link.yaml"
    file.write_text(POD)
    file.chmod(0o640)
    link.symlink_to(file)
    kube_inject.run(paths=[str(link)], **flags, in_place=True)
    assert link.is_symlink()
    assert ["app", "istio-proxy"] == containers(file.read_text())
    assert 0o640 == stat.S_IMODE(file.stat().st_mode)


def test_one_file_that_cannot_be_written_leaves_all_as_they_are(tmp_path, flags) -> None:
    good, other = tmp_path / "a.yaml", tmp_path / "gone" / "b.yaml"
    other.parent.mkdir()
    good.write_text(POD)
    other.write_text(POD)
    texts = {str(good): "new", str(tmp_path / "nowhere" / "b.yaml"): "new"}
    with pytest.raises(MeshctlError, match="cannot write"):
        write_files(texts)
    assert POD == good.read_text()
    assert ["a.yaml", "gone", "settings"] == sorted(path.name for path in tmp_path.iterdir())


def test_the_same_file_twice_is_one_file(tmp_path: Path, flags, capsysbinary) -> None:
    file = tmp_path / "pod.yaml"
    file.write_text(POD)
    kube_inject.run(paths=[str(file), str(tmp_path / "." / "pod.yaml")], **flags)
    assert 1 == len([*yaml.safe_load_all(capsysbinary.readouterr().out)])


def test_files_are_parted_by_lines_of_their_own(tmp_path: Path, flags, capsysbinary) -> None:
    files = [tmp_path / f"{name}.yaml" for name in "abcd"]
    texts = [POD.rstrip(), "\ufeff---\n" + POD, "# c\n" + POD + "---\n", POD]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    kube_inject.run(paths=[str(file) for file in files], **flags)
    printed = capsysbinary.readouterr().out
    assert 4 == len([document for document in yaml.safe_load_all(printed) if document])
    assert b"\xef\xbb\xbf" not in printed


def test_any_character_is_printed_as_it_is(tmp_path: Path, flags, capsysbinary) -> None:
    (tmp_path / "pod.yaml").write_text(POD.replace("app:1", "ü:1"))
    kube_inject.run(paths=[str(tmp_path / "pod.yaml")], **flags)
    assert "image: ü:1".encode() in capsysbinary.readouterr().out


def test_devices_are_written_to_not_replaced(tmp_path: Path, flags) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    kube_inject.run(paths=[str(tmp_path / "pod.yaml")], **flags, output=os.devnull)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_openshift_gives_the_users_of_the_namespace(tmp_path: Path, flags) -> None:
    values = {**VALUES, "global": {**VALUES["global"], "platform": "openshift"}}
    Path(flags["values"]).write_text(json.dumps(values))
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "namespace.yaml").write_text(
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  annotations:\n"
        "    openshift.io/sa.scc.uid-range: 1000/10\n"
        "    openshift.io/sa.scc.supplemental-groups: 1000/10\n---\nkind: Namespace\nmetadata: []\n"
    )
    pod = tmp_path / "app" / "pod.yaml"
    pod.write_text(POD)
    kube_inject.run(paths=[str(tmp_path / "app")], **flags, default_namespace="shop", in_place=True)
    sidecar = yaml.safe_load(pod.read_text())["spec"]["containers"][1]
    assert {"runAsUser": 1009} == sidecar["securityContext"]


def test_the_result_goes_to_standard_output_or_a_file(tmp_path, flags, capsys) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    flags["output_style"] = "istioctl"
    kube_inject.run(paths=[str(tmp_path / "pod.yaml")], **flags)
    printed = capsys.readouterr().out
    kube_inject.run(paths=[str(tmp_path / "pod.yaml")], **flags, output=str(tmp_path / "out"))
    assert (inject(POD), inject(POD)) == (printed, (tmp_path / "out").read_text())


def patched(content: bytes, diff: bytes) -> bytes:
    """Apply a unified diff of one file byte by byte; what it says must be there."""
    old, new, at = content.split(b"\n"), [], 0
    lines = diff.split(b"\n")[2:-1]
    for number, line in enumerate(lines):
        if line.startswith(b"@@"):
            start = max(int(line.split()[1][1:].split(b",")[0]) - 1, 0)
            new += old[at:start]
            at = start
        elif line.startswith(b"+"):
            new.append(line[1:])
        elif not line.startswith(b"\\"):
            assert old[at] == line[1:]
            is_last = lines[number + 1 : number + 2] == [b"\\ No newline at end of file"]
            assert is_last == (at == len(old) - 1)
            at += 1
            new += [line[1:]] if line.startswith(b" ") else []
    return b"\n".join([*new, *old[at:]])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: codecs.BOM_UTF8.decode() + text,
        lambda text: text.replace("name:", "# \U0001f600\n  name:", 1),
    ],
    ids=["plain", "no-last-newline", "crlf", "bom", "emoji"],
)
def test_a_diff_is_a_patch_of_the_bytes(tmp_path: Path, flags, capsysbinary, change) -> None:
    content = change(POD).encode()
    (tmp_path / "pod.yaml").write_bytes(content)
    kube_inject.run(paths=[str(tmp_path / "pod.yaml")], **flags, diff=True)
    diff = capsysbinary.readouterr().out
    assert patched(content, diff) == rewritten(tmp_path / "pod.yaml", content, flags)


def test_a_diff_shows_what_would_change(tmp_path, flags, capsys) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    kube_inject.run(paths=[str(tmp_path / "pod.yaml")], **flags, in_place=True, diff=True)
    printed = capsys.readouterr().out.splitlines()
    assert f"--- {tmp_path / 'pod.yaml'}" == printed[0]
    assert "+  - env:" in printed
    assert POD == (tmp_path / "pod.yaml").read_text()


def test_in_place_touches_nothing_when_one_file_is_bad(tmp_path, flags) -> None:
    good, bad = tmp_path / "a" / "1.yaml", tmp_path / "a" / "2.yaml"
    good.parent.mkdir()
    good.write_text(POD)
    bad.write_text("{")
    with pytest.raises(MeshctlError, match=r"2\.yaml"):
        kube_inject.run(paths=[str(good.parent)], **flags, in_place=True)
    assert POD == good.read_text()
    bad.unlink()
    kube_inject.run(paths=[str(good.parent)], **flags, in_place=True, output_style="istioctl")
    assert inject(POD) == good.read_text()


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"native": "maybe"}, UsageError),
        ({"output_style": "odd"}, UsageError),
        ({"in_place": True}, UsageError),
        ({"in_place": True, "output": "x"}, UsageError),
        ({"values": "/nowhere"}, InputError),
        ({"diff": True, "output": "x"}, UsageError),
        ({"check": True, "verify": True}, UsageError),
        ({"check": True, "uninject": True}, UsageError),
        ({"uninject": True, "webhook": True}, UsageError),
    ],
)
def test_wrong_flags_are_refused(flags, wrong: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        kube_inject.run(paths=["-"], **(flags | wrong))


def test_a_chart_is_named_instead_of_passed_over(tmp_path: Path) -> None:
    chart = tmp_path / "till"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: till\nversion: 1.0.0\n")
    (chart / "templates/all.yaml").write_text("a: {{ .Values.a }}\n")
    with pytest.raises(InputError, match=r"helm template .* \| meshctl kube-inject -f -"):
        rendered_first([str(chart)])
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
    [note] = rendered_first([str(tmp_path)])
    assert "is a Helm chart, which is not injected" in note


def test_a_kustomization_is_named(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [pod.yaml]\n")
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
    [note] = rendered_first([str(tmp_path)])
    assert "inject what it builds: kubectl kustomize" in note
    assert [] == rendered_first([str(tmp_path / "pod.yaml"), "-"])


def test_a_directory_without_a_file_is_told(tmp_path: Path) -> None:
    assert [f"no YAML or JSON file in {tmp_path}, so nothing is injected"] == rendered_first(
        [str(tmp_path)]
    )
    assert [] == rendered_first(["-"])
