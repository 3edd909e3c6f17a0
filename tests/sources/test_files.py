import io
import os
from pathlib import Path

import pytest

from meshctl.errors import InputError
from meshctl.sources import files
from meshctl.sources.files import File, find
from meshctl.sources.loader import load
from meshctl.sources.placement import Gap


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory to fill, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, *names: str, text: str = "a: 1\n") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found(*paths: str) -> list[str]:
    return [file.name for file in find(paths).files]


def test_directories_are_searched_in_order(tree: Path) -> None:
    write(tree, "b.yaml", "a/z.json", "a/b/c.yml", "a/y.yaml", "c.YAML", "d.txt", "README.md")
    expected = ["b.yaml", "a/y.yaml", "a/z.json", "a/b/c.yml"]
    assert expected == found(".")
    assert expected == found("./")
    assert [str(tree / name) for name in expected] == found(str(tree))


def test_hidden_and_installed_files_are_left_out(tree: Path) -> None:
    write(tree, ".a.yaml", ".git/b.yaml", ".venv/c.yaml", "node_modules/d.yaml", "e/.f/g.yaml")
    assert [] == found(".")


def test_the_code_of_others_is_left_out(tree: Path) -> None:
    write(tree, "vendor/modules.txt", "vendor/a.example/config/a.yaml", "k8s/vendor/b.yaml")
    write(tree, "istio-1.29.0/manifest.yaml", "istio-1.29.0/samples/c.yaml", "istio-1.0.0/d.yaml")
    assert ["istio-1.0.0/d.yaml", "k8s/vendor/b.yaml"] == found(".")


def test_named_files_are_read_whatever_they_are(tree: Path) -> None:
    write(tree, ".hidden.yaml", "notes.txt", "node_modules/a.yaml", "values.yaml", "Chart.yaml")
    names = [".hidden.yaml", "notes.txt", "node_modules/a.yaml", "values.yaml"]
    assert [File(name, named=True) for name in names] == find(names).files


def test_a_file_is_found_once(tree: Path) -> None:
    write(tree, "a/x.yaml", "b.yaml")
    (tree / "link.yaml").symlink_to("b.yaml")
    assert ["b.yaml", "a/x.yaml"] == found(
        "b.yaml", "./b.yaml", str(tree / "b.yaml"), ".", "a", "-"
    )[:2]
    assert ["-", "a/x.yaml"] == found("-", "a", "-", "a/../a/x.yaml")


def test_link_loops_end(tree: Path) -> None:
    write(tree, "a/b/x.yaml")
    (tree / "a/b/up").symlink_to(tree)
    (tree / "self").symlink_to("self")
    assert ["a/b/x.yaml"] == found(".")


@pytest.mark.parametrize("path", ["missing", "missing/a.yaml", "a.yaml/b", "", "x\0y", "n" * 5_000])
def test_a_path_that_does_not_exist_is_an_error(tree: Path, path: str) -> None:
    write(tree, "a.yaml")
    with pytest.raises(InputError, match=r"check the path|cannot be read|an empty path"):
        find([path])


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.yaml", ["a.yaml"]),
        ("conf/*.y*ml", ["conf/b.yaml", "conf/c.yml"]),
        ("conf/[bc].*", ["conf/b.yaml", "conf/c.yml"]),
        ("**/*.yaml", ["a.yaml", "conf/b.yaml", "conf/sub/d.yaml"]),
        ("./conf/**/d.yaml", ["conf/sub/d.yaml"]),
        ("con?/sub", ["conf/sub/d.yaml"]),
        ("conf/*", ["conf/b.yaml", "conf/c.yml", "conf/sub/d.yaml"]),
        ("[x].yaml", ["[x].yaml"]),
    ],
)
def test_globs_are_expanded(tree: Path, pattern: str, expected: list[str]) -> None:
    write(tree, "a.yaml", "conf/b.yaml", "conf/c.yml", "conf/sub/d.yaml", "conf/README.md")
    write(tree, "conf/.hidden/e.yaml", "node_modules/f.yaml")
    if pattern.startswith("["):
        write(tree, "[x].yaml", "x.yaml")
    assert expected == found(pattern)


def test_absolute_globs_are_expanded(tree: Path) -> None:
    write(tree, "a/b.yaml")
    assert [str(tree / "a/b.yaml")] == found(f"{tree}/*/b.yaml")


@pytest.mark.parametrize("pattern", ["*.yaml", "x/**/*.yaml", "a**b/*"])
def test_a_glob_that_matches_nothing_is_an_error(tree: Path, pattern: str) -> None:
    with pytest.raises(InputError, match="pattern"):
        find([pattern])


def test_ignore_files_leave_files_out(tree: Path) -> None:
    write(
        tree, "a.yaml", "b.yaml", "sub/a.yaml", "sub/c.yaml", "vendor/x/y.yaml", "sub/keep/b.yaml"
    )
    write(tree, ".meshctlignore", text="# comment\n/a.yaml\nvendor/\nb.yaml\n")
    write(tree, "sub/.meshctlignore", text="c.*\n!b.yaml\n")
    assert ["sub/a.yaml", "sub/keep/b.yaml"] == found(".")
    assert ["sub/a.yaml", "sub/keep/b.yaml"] == found("sub")
    assert [str(tree / "sub/a.yaml"), str(tree / "sub/keep/b.yaml")] == found(str(tree / "sub"))
    assert ["a.yaml"] == found("a.yaml")


def test_what_ignore_files_leave_out_is_said(tree: Path) -> None:
    write(tree, "a.yaml", "b.yaml", "sub/c.yaml", "deep/x/d.yaml", "notes.txt")
    assert load(["."]).notes == ()
    write(tree, ".meshctlignore", text="sub/\nb.yaml\nnotes.txt\n/deep/x\n")
    assert load(["."]).notes == (".meshctlignore leaves out b.yaml, sub, deep/x",)


def test_a_directory_that_is_left_out_is_read_where_it_is_named(tree: Path) -> None:
    write(tree, ".meshctlignore", text="/sub/\nb.yaml\n")
    write(tree, "sub/a.yaml")
    write(tree, "sub/below/b.yaml")
    assert [file.name for file in find(["sub"]).files] == ["sub/a.yaml", "sub/below/b.yaml"]
    assert [file.name for file in find(["sub/below"]).files] == ["sub/below/b.yaml"]


def test_ignore_files_of_the_current_directory_do_not_reach_beside_it(tree: Path) -> None:
    write(tree, "work/.meshctlignore", text="*\n")
    write(tree, "other/a.yaml")
    os.chdir(tree / "work")
    assert ["../other/a.yaml"] == found("../other")


@pytest.mark.parametrize("pattern", ["!", "a\\", "[z-a]"])
def test_an_ignore_file_with_a_wrong_pattern_is_an_error(tree: Path, pattern: str) -> None:
    write(tree, "sub/.meshctlignore", text=f"{pattern}\n")
    with pytest.raises(InputError, match=r"sub/.meshctlignore cannot be read: .*correct"):
        find(["."])


def test_charts_are_passed_over(tree: Path) -> None:
    write(tree, "web app/Chart.yaml", "web app/values.yaml", "web app/values-prod.yaml")
    write(tree, "web app/templates/a.yaml", "web app/crds/b.yaml", "web app/charts/x/Chart.yaml")
    write(tree, "web app/files/c.yaml", "files/plain.yaml")
    write(tree, "web app/extra/mesh.yaml", "values.yaml")
    result = find(["."])
    assert ["values.yaml", "files/plain.yaml", "web app/extra/mesh.yaml"] == [
        file.name for file in result.files
    ]
    assert [Gap("chart", "web app")] == result.gaps
    assert [] == result.problems


KUSTOMIZATION = """\
resources: [a.yaml]
patchesStrategicMerge:
- patch-1.yaml
- |
  kind: Inline
patches:
- path: patches/patch-2.yaml
  target: {kind: Gateway}
- patch: "- op: remove"
- 5
patchesJson6902: [{path: ../patch-3.yaml}, null]
"""


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_patches_of_kustomizations_are_passed_over(tree: Path, name: str) -> None:
    write(tree, f"base/{name}", text=KUSTOMIZATION)
    write(tree, "base/a.yaml", "base/patch-1.yaml", "base/patches/patch-2.yaml", "patch-3.yaml")
    result = find(["."])
    assert ["base/a.yaml"] == [file.name for file in result.files]
    assert [Gap("changed by kustomization", "base")] == result.gaps
    assert ["patch-3.yaml"] == found("patch-3.yaml", "base")[:1]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "a: {", "patches: 5", "patches: {path: a}", 'patches: [{path: "a\\0"}]', "{{ x }}"],
)
def test_malformed_kustomizations_are_no_error(tree: Path, text: str) -> None:
    write(tree, "kustomization.yaml", text=text)
    write(tree, "a.yaml")
    assert ["a.yaml"] == found(".")


def refuse(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_unreadable_directories_are_problems(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tree, "a.yaml", "locked/b.yaml")
    list_directory = Path.iterdir
    monkeypatch.setattr(
        Path, "iterdir", lambda path: refuse() if path.name == "locked" else list_directory(path)
    )
    result = find(["."])
    assert ["a.yaml"] == [file.name for file in result.files]
    assert [("unreadable-file", "locked")] == [(p.kind, p.file) for p in result.problems]


def test_an_unreadable_argument_is_an_error(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        find(["a"])


@pytest.mark.parametrize("stdin", [io.BytesIO(b"a: \xc3\xa9"), io.StringIO("a: é")])
def test_stdin_is_read_as_bytes_or_text(stdin: io.BytesIO | io.StringIO) -> None:
    assert b"a: \xc3\xa9" == files.read(File("-", named=True), stdin)


def test_stdin_is_the_processs_own_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a: 1")))
    assert b"a: 1" == files.read(File("-", named=True))


def test_real_paths_are_resolved_for_links_alone(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes a look at all directories above it, which may be hundreds."""
    write(tree, *("d/" * depth + "a.yaml" for depth in range(1, 30)))
    (tree / "d" / "b.yaml").symlink_to("d/a.yaml")
    (tree / "d" / "again").symlink_to("d", target_is_directory=True)
    resolved: list[str] = []
    realpath = os.path.realpath

    def noted(path: str) -> str:
        resolved.append(os.fspath(path))
        return realpath(path)

    monkeypatch.setattr(files.os.path, "realpath", noted)
    assert len(found("d")) == 29
    assert sorted(resolved) == ["d", "d/again", "d/b.yaml"]
