"""What is told beside an answer stays short, however much there is to tell."""

from pathlib import Path

import pytest

from meshctl.cli.options.mesh_input import read_files
from meshctl.settings import Rendering, Settings

OVERLAY = "resources: [vs.yaml]\n"
ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec: {hosts: [cart], http: [{route: [{destination: {host: cart}}]}]}
"""


def test_many_broken_files_and_overlays_are_a_few_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(25):
        (tmp_path / f"{number:02}.yaml").write_text("kind: [\n")
    read_files([str(tmp_path)], Settings(rendering=Rendering("never")))
    lines = capsys.readouterr().err.splitlines()
    assert 11 == len(lines)
    assert "and 15 more of that kind; meshctl analyze lists them" == lines[-1]
