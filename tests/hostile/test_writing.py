"""What is written, where, and what stays as it was?"""

import os
import stat
import subprocess
from pathlib import Path

import every_command
import pytest

from meshctl.errors import OutputError
from meshctl.output import files
from meshctl.output.files import write_below, write_file, write_files

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - name: c\n    image: x\n"


@pytest.mark.parametrize("name", ["../x", "/tmp/x", "a/b", "..", "", "a\0b", "x" * 300])
def test_nothing_is_written_outside_of_a_directory(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        write_below(str(tmp_path / "out"), {"good.json": "", name: ""})
    assert [] == list(tmp_path.iterdir())


def test_schemas_of_crds_stay_in_their_directory(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    crd = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        "metadata: {name: a.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n"
        "  names: {kind: ../../../outside, plural: a}\n  versions:\n"
        "  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n"
    )
    Path("crd.yaml").write_text(crd)
    done = every_command.run("schema", "sync", "--crds", "crd.yaml", "-d", "out/put")
    assert 2 == done.code
    assert ["crd.yaml"] == sorted(str(one) for one in tmp_path.rglob("*") if one.is_file()) or [
        tmp_path / "crd.yaml"
    ] == [one for one in tmp_path.rglob("*") if one.is_file()]


def test_links_modes_and_hard_links_stay(tmp_path: Path) -> None:
    file, hard, link = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    file.write_text("old")
    file.chmod(0o640)
    hard.hardlink_to(file)
    link.symlink_to(file)
    write_file(str(link), "new")
    assert ("new", "new", True) == (file.read_text(), hard.read_text(), link.is_symlink())
    assert 0o640 == stat.S_IMODE(file.stat().st_mode)
    assert file.samefile(hard)


def test_a_dangling_link_makes_its_file(tmp_path: Path) -> None:
    (tmp_path / "c").symlink_to(tmp_path / "a")
    write_file(str(tmp_path / "c"), "new")
    assert "new" == (tmp_path / "a").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("old")
    os.chown(file, 1234, 1234)
    write_file(str(file), "new")
    assert ("new", 1234) == (file.read_text(), file.stat().st_uid)


def test_devices_and_pipes_are_never_replaced(tmp_path: Path) -> None:
    write_file(os.devnull, "new")
    assert not Path(os.devnull).is_file()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="nobody reads this pipe"):
        write_file(str(tmp_path / "pipe"), "new")
    assert (tmp_path / "pipe").is_fifo()


def test_a_file_that_is_mounted_alone_is_filled(tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "a"
    file.write_text("old and longer")

    def busy(self: Path, target: str) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(files.Path, "replace", busy)
    write_file(str(file), "new")
    assert ("new", [file]) == (file.read_text(), list(tmp_path.iterdir()))


def test_a_change_made_meanwhile_is_noticed(tmp_path: Path) -> None:
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_text("somebody else")
    other.write_text("old")
    texts = {str(file): "new", str(other): "new"}
    with pytest.raises(OutputError, match="was changed while"):
        write_files(texts, {str(file): "old", str(other): "old"})
    assert ("somebody else", "old") == (file.read_text(), other.read_text())
    assert 2 == len(list(tmp_path.iterdir()))


@pytest.mark.parametrize(
    "line",
    [
        ["kube-inject", "-f", ""], ["kube-inject", "", "-i"], ["analyze", ""], ["validate", "-f", ""],
        ["analyze", "--baseline", "", "."], ["analyze", "--config", ""], ["kube-inject", "p", "-o", ""],
        ["analyze", "--update-baseline", ""], ["analyze", "-O", "json="], ["schema", "sync", "-d", ""],
    ],
    ids=" ".join,
)  # fmt: skip
def test_an_empty_name_is_a_usage_error(line: list[str], tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(POD)
    done = every_command.run(*line)
    assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
    assert POD == Path("p.yaml").read_text()


def test_a_dash_is_standard_output(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(POD)
    assert "istio-proxy" in every_command.run("kube-inject", "p.yaml", "-o", "-").out
    assert '"version": 1' in every_command.run("analyze", "p.yaml", "-q", "-O", "json=-").out
    assert ["p.yaml"] == [one.name for one in tmp_path.iterdir()]


NAMES = [
    "a.yaml",
    "with space.yaml",
    'quo"te.yaml',
    "tab\tname.yaml",
    "line\nbreak.yaml",
    "ü/b.yaml",
]
TEXTS = [
    POD, POD.replace("\n", "\r\n"), POD.rstrip(), POD.replace("\n", "\r\n").rstrip(), "\ufeff" + POD,
    POD.replace("name: p\n", 'name: p\n  annotations: {a: "x\u2028y\u2029\u0085z"}\n'),
]  # fmt: skip


@pytest.mark.parametrize("tool", [("patch", "-p0", "--binary"), ("git", "apply", "-p0", "-")])
@pytest.mark.parametrize(
    ("name", "text"),
    [(name, POD) for name in NAMES] + [("a.yaml", text) for text in TEXTS],
    ids=range(len(NAMES) + len(TEXTS)),
)
def test_a_diff_is_a_patch(name: str, text: str, tool, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_bytes(text.encode())
    patch = every_command.run("kube-inject", "--diff", name).out
    expected = every_command.run("kube-inject", name).out
    done = subprocess.run(tool, input=patch.encode(), capture_output=True, check=False)
    assert (0, expected) == (done.returncode, Path(name).read_bytes().decode()), done.stderr


OLD = "apiVersion: networking.istio.io/v1alpha3\nkind: VirtualService\nmetadata: {name: v}\nspec: {hosts: [a]}\n"


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{OLD}",
        f"{OLD}---\n\ufeff{POD}",
        f"\ufeff{POD}---\n\ufeff{OLD}",
        f"{POD}---\n\ufeff{POD}---\n{OLD}",
    ],
)
def test_a_migration_keeps_marks_of_byte_order(text: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(text)
    patch = every_command.run("migrate", "a.yaml", "-o", "diff").out
    assert "v1alpha3" in patch
    done = subprocess.run(
        ["patch", "-p0", "--binary"], input=patch.encode(), capture_output=True, check=False
    )
    assert 0 == done.returncode, done.stdout
    assert "v1alpha3" not in Path("a.yaml").read_text()


@pytest.mark.parametrize("name", ["a.yaml", "zero.yaml"])
@pytest.mark.parametrize("command", ["analyze", "validate", "kube-inject", "tls-check", "routes"])
def test_pipes_and_devices_are_never_read(command, name, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("a.yaml")
    Path("zero.yaml").symlink_to("/dev/zero")
    done = every_command.run(command, name)
    assert (2, 1) == (done.code, done.err.count("\n"))
    assert "is never read" in done.err


@pytest.mark.parametrize(
    "option", ["--config", "--baseline", "--mesh-config", "--crds", "--requests"]
)
def test_no_option_reads_them_either(option: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(POD)
    os.mkfifo("pipe")
    commands = {"--crds": ["validate", "p.yaml"], "--requests": ["trace", "p.yaml"]}
    done = every_command.run(*commands.get(option, ["analyze", "p.yaml"]), option, "pipe")
    assert (2, 1) == (done.code, done.err.count("\n"))
    assert "is never read" in done.err
