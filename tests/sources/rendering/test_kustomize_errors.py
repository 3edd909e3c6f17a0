"""What kustomize refuses is told in one sentence that is the same on every machine."""

import os
from pathlib import Path

import pytest

from meshctl.sources.rendering.kustomize import Kustomize
from meshctl.sources.rendering.kustomize_errors import said

EMPTY = "kustomization.yaml is empty"
AROUND = "accumulating resources: accumulation err='accumulating resources from '../x/a'"


@pytest.mark.parametrize("logged", [False, True])
def test_layers_times_and_machine_paths_are_left_out(tmp_path: Path, *, logged: bool) -> None:
    top = os.path.realpath(tmp_path / "overlay")
    inner = (
        f"{AROUND}: '{top}' must resolve to a file': recursed accumulation of path '{top}': "
        f'no matches for "{top}/patch.yaml"'
    )
    text = inner
    if logged:
        quoted = inner.replace('"', '\\"')
        text = f'E0102 03:04:05.678901 4242 run.go:72] "command failed" err="{quoted}"\n'
    assert 'no matches for "overlay/patch.yaml"' == said(text, tmp_path / "overlay", "overlay")


def test_the_resource_that_fails_is_named(tmp_path: Path) -> None:
    text = (
        "Error: accumulating resources: accumulation err='accumulating resources from 'a.yaml': "
        f"open {os.path.realpath(tmp_path)}/a.yaml: permission denied': must build at directory: no"
    )
    assert "a.yaml: open shop/a.yaml: permission denied" == said(text, tmp_path, "shop")


def test_a_file_that_is_listed_and_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [gone.yaml]\n")
    (problem,) = Kustomize("kustomize").render(tmp_path, "shop").problems
    assert problem.message.endswith("gone.yaml is not there")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"Error: {AROUND}: '/x/a' must resolve to a file': couldn't make target for path '/x/a': {EMPTY}",
            EMPTY,
        ),
        (
            'Error: merging from generator &{0xc00011c540 0xc000bd0180}: id "Secret/kiali" is not there',
            'id "Secret/kiali" is not there',
        ),
        (
            "Error: security; file '/x/a.yaml' is not in or below '/x/b'",
            (
                "/x/a.yaml lies outside of /x/b, and kustomize reads files of other directories only with "
                "--load-restrictor LoadRestrictionsNone"
            ),
        ),
        (
            (
                'Error: merging from generator &{0xe54a <nil>}: id resid.ResId{Gvk:resid.Gvk{Group:"", '
                'Version:"v1", Kind:"Secret", isClusterScoped:false}, Name:"till", Namespace:""} does '
                "not exist; cannot merge or replace"
            ),
            "there is no Secret 'till' that could be merged or replaced",
        ),
        (
            (
                "Error: /x/o: '/x/o' must resolve to a file': Get \"https://example.test/s.json\": "
                "proxyconnect tcp: dial tcp 127.0.0.1:9: connect: connection refused"
            ),
            "https://example.test/s.json needs the network",
        ),
        (
            (
                "Error: loading KV pairs: file sources: [a.yaml b.js]: evalsymlink failure on '/x/b.js' "
                ": lstat /x/b.js: no such file or directory"
            ),
            "/x/b.js is not there",
        ),
        (
            (
                "Error: invalid Kustomization: json: cannot unmarshal string into Go struct field "
                "Kustomization.patches of type types.Patch"
            ),
            "patches of the kustomization takes no string",
        ),
    ],
)
def test_targets_and_memory_are_left_out(tmp_path: Path, text: str, expected: str) -> None:
    assert expected == said(text, tmp_path, "shop")
