"""What a command does grows with the crowd that meets at one point, and not with its square."""

import os
from pathlib import Path

import pytest

from tests.crowds import crowds
from tests.engine.test_growth import MOST, SIZES, calls, exponent
from tests.hostile.every_command import run

MENDED = (
    ("analyze {} -o html", "gateways-of-many-workloads"),
    ("routes {}", "gateways-of-many-workloads"),
    ("size {}", "many-namespaces"),
    ("size {}", "sidecars-of-a-namespace"),
    ("size {}", "subsets-of-a-rule"),
    ("size {}", "policies-of-principals"),
    ("check-inject {}", "injection-webhooks"),
    ("check-inject {} -o json", "injection-webhooks"),
    ("describe service web.shop {}", "policies-of-one-label"),
    ("generate sidecar {}", "many-namespaces"),
    ("generate sidecar {}", "sidecars-of-a-namespace"),
    ("generate sidecar {}", "policies-of-one-label"),
)
"""Command lines, each with a crowd of which it took the square."""
INJECTED = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}\n"


@pytest.mark.parametrize(("line", "crowd"), MENDED)
def test_a_command_grows_with_the_crowd(
    line: str, crowd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "crowd.yaml"
    words = line.format(file).split()
    counts = []
    for size in (SIZES[0], *SIZES):  # once before, for what is imported and kept
        file.write_text(crowds.text(crowd, size) + INJECTED)
        counts.append(calls(lambda: run(*words)))
    assert exponent(counts[1:]) <= MOST
