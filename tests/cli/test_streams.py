"""What happens to standard output decides the exit code, and nothing ends in a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

TEXT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nmetadata: {name: a}\n"


def run(script: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    (tmp_path / "mesh").mkdir(exist_ok=True)
    (tmp_path / "mesh" / "a.yaml").write_text(TEXT)
    meshctl = f"{sys.executable} -m meshctl"
    return subprocess.run(
        ["/bin/bash", "-c", script.replace("meshctl", meshctl)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", ["meshctl analyze mesh", "meshctl rule", "meshctl --help"])
def test_a_full_disk_is_one_sentence(command: str, tmp_path: Path) -> None:
    done = run(f"{command} > /dev/full", tmp_path)
    assert 2 == done.returncode
    assert "meshctl: cannot write to standard output: No space left on device\n" == done.stderr


def test_a_closed_output_is_one_sentence(tmp_path: Path) -> None:
    done = run("meshctl analyze mesh >&-", tmp_path)
    assert 2 == done.returncode
    assert done.stderr.startswith("meshctl: standard output is closed")
    assert 1 == done.stderr.count("\n")


def test_a_reader_that_has_enough_ends_it_quietly(tmp_path: Path) -> None:
    done = run("meshctl rule | head -1; echo ${PIPESTATUS[0]}", tmp_path)
    assert ("0", "") == (done.stdout.split()[-1], done.stderr)


def test_a_baseline_is_written_and_told(tmp_path: Path) -> None:
    done = run("meshctl analyze mesh --update-baseline b.json", tmp_path)
    assert (0, "b.json accepts 1 finding now\n") == (done.returncode, done.stderr)
    again = run("meshctl analyze mesh --baseline b.json --update-baseline b.json", tmp_path)
    assert "b.json accepts 1 finding now\n" == again.stderr
    (tmp_path / "mesh" / "a.yaml").unlink()
    (tmp_path / "mesh" / "b.yaml").write_text(TEXT.partition("metadata")[0] + "metadata: {}\n")
    stale = run("rm mesh/a.yaml; meshctl analyze mesh --baseline b.json", tmp_path)
    assert "1 accepted finding of b.json didn't come up any more" in stale.stderr


def test_an_unreadable_file_in_a_directory_is_2_unless_it_is_skipped(tmp_path: Path) -> None:
    link = "ln -s nowhere mesh/gone.yaml; rm mesh/a.yaml; meshctl analyze mesh"
    assert 2 == run(link, tmp_path).returncode
    assert 0 == run(f"{link} --skip-unreadable", tmp_path).returncode
