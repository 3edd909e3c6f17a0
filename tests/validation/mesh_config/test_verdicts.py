"""Are texts taken and refused as Istio 1.31's own code does it?

``verdicts.txt`` has what ApplyMeshConfigDefaults, ParseMeshNetworks and, for ProxyConfig, ApplyYAML
with ValidateMeshConfigProxyConfig said of random texts: the verdict, the kind, the text.
"""

from pathlib import Path

import pytest

from meshctl.istio.mesh_config_schema import MESH_CONFIG, MESH_NETWORKS, PROXY_CONFIG
from meshctl.validation.mesh_config.text import judge
from meshctl.yaml.reader import parse_one

ROWS = Path(__file__).with_name("verdicts.txt").read_text(encoding="utf-8").splitlines()
MESSAGES = {"meshconfig": MESH_CONFIG, "proxyconfig": PROXY_CONFIG, "meshnetworks": MESH_NETWORKS}


def verdict(kind: str, text: str) -> str:
    try:
        data = parse_one(text)
    except ValueError:
        return "refused"
    return "refused" if judge(MESSAGES[kind], data).refusals else "taken"


@pytest.mark.parametrize("row", ROWS)
def test_verdict(row) -> None:
    expected, kind, text = row.split(" ", 2)
    assert expected == verdict(kind, text)
