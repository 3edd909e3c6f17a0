"""An answer goes to standard output in one format, and into files in any."""

from pathlib import Path
from typing import TextIO

import pytest
from typer.testing import CliRunner

from meshctl.cli.app import app
from meshctl.errors import UsageError
from meshctl.output.destinations import Destinations

FORMATS = ("text", "html")
MESH = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80}]
"""


def written(name: str, answer: str, out: TextIO) -> None:
    out.write(f"{name}: {answer}")


def test_every_format_is_written_where_it_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [f"html={tmp_path / 'a.html'}", f"text={tmp_path / 'a=b.txt'}"]
    Destinations("text", files, FORMATS).write("fine", written)
    assert capsys.readouterr().out == "text: fine"
    assert (tmp_path / "a.html").read_text() == "html: fine"
    assert (tmp_path / "a=b.txt").read_text() == "text: fine"


@pytest.mark.parametrize(
    ("output", "file", "told"),
    [
        ("pdf", None, "there is no output format 'pdf'; take one of text, html"),
        ("pdf=a", None, "there is no output format 'pdf=a'"),
        ("html=a", None, "-o takes a format alone; -O 'html=a' writes html to that file"),
        ("text", "html", "-O 'html' should be FORMAT=FILE, such as html=report.html"),
        ("text", "html=", "-O 'html=' should be FORMAT=FILE"),
        ("text", "pdf=a", "there is no output format 'pdf'"),
    ],
)
def test_what_means_nothing_is_refused(output: str, file: str | None, told: str) -> None:
    with pytest.raises(UsageError) as refused:
        Destinations(output, [file] if file else None, FORMATS)
    assert told in str(refused.value)


@pytest.mark.parametrize("command", ["analyze", "tls-check", "size", "graph", "diff"])
def test_pages_stand_beside_what_the_terminal_shows(command: str, tmp_path: Path) -> None:
    mesh, page = tmp_path / "mesh.yaml", tmp_path / "page.html"
    mesh.write_text(MESH)
    paths = [str(mesh)] * (2 if command == "diff" else 1)
    alone = CliRunner().invoke(app, [command, *paths])
    beside = CliRunner().invoke(app, [command, *paths, "-O", f"html={page}"])
    assert (beside.stdout, beside.exit_code) == (alone.stdout, alone.exit_code)
    assert page.read_text().startswith("<!doctype html>")
