"""What helm says of a chart that does not render becomes one finding on the line that it names."""

from pathlib import Path

import pytest

from meshctl.cli.options.mesh_input import read_mesh
from meshctl.cli.options.shared import Input
from meshctl.cluster.api import Access
from meshctl.resources import Service
from meshctl.settings import ChartRelease, Rendering, Settings
from meshctl.sources.rendering.charts import Helm
from meshctl.sources.rendering.release import Release


@pytest.fixture
def helm(tmp_path: Path) -> Helm:
    program = tmp_path / "helm"
    program.write_text(
        "#!/bin/sh\necho 'Error: execution error at (till/templates/a.yaml:2:9): name it' >&2\nexit 1\n"
    )
    program.chmod(0o755)
    return Helm(str(program))


def test_chart_not_rendered_names_the_line(helm: Helm, tmp_path: Path) -> None:
    chart = tmp_path / "till"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: till\nversion: 0.1.0\n")
    (chart / "templates/a.yaml").write_text("kind: Service\nname: {{ required .x }}\n")
    (problem,) = helm.render(Release(chart, "till", "till")).problems
    assert ("chart-not-rendered", "till/templates/a.yaml", 2) == (
        problem.kind,
        problem.file,
        problem.span.line,
    )
    assert "name it" in problem.message


def test_releases_of_the_config_file_hold_for_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin/helm"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        "printf -- '---\\n# Source: till/templates/a.yaml\\napiVersion: v1\\nkind: Service\\n"
        "metadata: {name: %s, namespace: shop}\\nspec: {ports: [{port: 80, name: http}]}\\n' $2\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "till/templates").mkdir(parents=True)
    (tmp_path / "till/Chart.yaml").write_text("apiVersion: v2\nname: till\nversion: 0.1.0\n")
    settings = Settings(rendering=Rendering(releases=(ChartRelease("till", "named-in-config"),)))
    mesh = read_mesh(Input(["."], is_live=False, access=Access()), settings)
    assert ["named-in-config"] == [one.name for one in mesh.of(Service)]


def test_a_chart_is_rendered_for_a_version_of_kubernetes_that_istio_runs_on(
    tmp_path: Path,
) -> None:
    program = tmp_path / "helm"
    program.write_text('#!/bin/sh\necho "Error: asked $*" >&2\nexit 1\n')
    program.chmod(0o755)
    (tmp_path / "till").mkdir()
    (problem,) = Helm(str(program)).render(Release(tmp_path / "till", "till", "till")).problems
    assert "--kube-version 1.35.0" in problem.message
