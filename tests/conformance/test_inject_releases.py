"""Does ``kube-inject --istio-version`` give what the injector of each release gives?"""

import functools
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from test_builtin_overlay import injected, workloads
from test_inject import DATA, needs_data

from meshctl.inject.settings.builtin import Given, read_given
from meshctl.inject.settings.injector_config import InjectionSettings, read_settings

RELEASES = DATA / "releases"
pytestmark = needs_data
VERSIONS = [f"1.{minor}" for minor in range(20, 32)]
WORKLOADS = 198
"""Injections that are compared for each release, classic and native; only ever raised."""
_TEMPLATES = (".spec.template.spec", ".spec", ".spec.jobTemplate.spec.template.spec")
_CONFIG = "[istio-proxy].env[PROXY_CONFIG].value"
ZIPKIN = {
    f"{template}.{key}{_CONFIG}": count
    for key, counts in (("containers", (83, 7, 3)), ("initContainers", (77, 7, 3)))
    for template, count in zip(_TEMPLATES, counts, strict=True)
}
"""Until 1.21 sending traces to Zipkin was the default, which PROXY_CONFIG leaves out as every default
(DefaultProxyConfig, pkg/config/mesh/mesh.go, 1.21). The templates' engine knows the defaults of 1.31.
"""
DIFFERENCES: dict[str, dict[str, int]] = {"1.20": ZIPKIN, "1.21": ZIPKIN}
"""By release, the fields that differ and in how many of them; a release that isn't here has none."""


@functools.cache
def both(version: str) -> tuple[InjectionSettings, InjectionSettings]:
    """The settings of a release: those of its own chart, and those that are built in."""
    config, values, mesh = (
        (RELEASES / version / name).read_text()
        for name in ("config.yaml", "values.json", "mesh.yaml")
    )
    images = json.loads(values)["global"]
    given = Given(istio_version=version, hub=images["hub"], tag=images["tag"])
    return read_settings(config, values, mesh), read_given(given)


def fields(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Walk the paths at which two trees differ, lists of named things by their names."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from fields(one.get(key), other.get(key), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            name = pair[0].get("name", index) if isinstance(pair[0], dict) else index
            yield from fields(*pair, f"{path}[{name}]")
    elif one != other:
        yield path


@pytest.mark.parametrize("version", VERSIONS)
def test_a_release_injects_as_its_own_chart(
    version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    template, builtin = both(version)
    found: Counter[str] = Counter()
    count = same = 0
    for native in (False, True):
        for _, data in workloads():
            count += 1
            ours = injected(data, replace(builtin, native=native))
            theirs = injected(data, replace(template, native=native))
            same += ours == theirs
            found.update({*fields(theirs, ours)})
    with capsys.disabled():
        print(f"\n{version}: {same} of {count} injections as its own templates")  # noqa: T201 - the figures
    assert dict(found) == DIFFERENCES.get(version, {})
    assert count >= WORKLOADS
