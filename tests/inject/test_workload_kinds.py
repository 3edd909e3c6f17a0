"""Is every kind that makes pods injected once, and undone, in both styles?"""

from typing import Any

import pytest
import yaml
from test_kube_inject import POD

from meshctl.inject.settings.builtin import Given, read_given
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.inject.text import istioctl_style, preserve_style

_POD = yaml.safe_load(
    POD.replace("tcpSocket:\n        port: 8080", "tcpSocket:\n        port: 8081")
)
"""Its numbers of ports have no names, which is how ``uninject_text`` tells them from names."""
_TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": _POD["spec"]}
_SELECTOR = {"matchLabels": {"app": "web"}}


def workload(version: str, kind: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "web"}, "spec": spec}


_WORKLOADS = [
    _POD,
    *(
        workload(version, kind, selector=_SELECTOR, template=_TEMPLATE)
        for version, kind in (
            ("apps/v1", "Deployment"),
            ("apps/v1", "StatefulSet"),
            ("apps/v1", "DaemonSet"),
            ("apps/v1", "ReplicaSet"),
            ("batch/v1", "Job"),
            ("argoproj.io/v1alpha1", "Rollout"),
        )
    ),
    workload("v1", "ReplicationController", selector={"app": "web"}, template=_TEMPLATE),
    workload("apps.openshift.io/v1", "DeploymentConfig", replicas=1, template=_TEMPLATE),
    workload("batch/v1", "CronJob", jobTemplate={"spec": {"template": _TEMPLATE}}),
]
WORKLOADS = [*_WORKLOADS, {"apiVersion": "v1", "kind": "List", "items": _WORKLOADS}]
_ZERO_VALUES = (None, {}, 0, False, "")


def said(data: Any) -> Any:
    """What an object says, without the zero values that istioctl writes."""
    if isinstance(data, dict):
        found = {key: said(value) for key, value in data.items()}
        return {key: value for key, value in found.items() if value not in _ZERO_VALUES}
    return [said(value) for value in data] if isinstance(data, list) else data


@pytest.fixture(scope="module", params=["false", "true"], ids=["classic", "native"])
def chart(request: pytest.FixtureRequest) -> InjectionSettings:
    return read_given(Given(), native=request.param == "true")


@pytest.mark.parametrize("style", [preserve_style, istioctl_style], ids=["preserve", "istioctl"])
@pytest.mark.parametrize("data", WORKLOADS, ids=[item["kind"] for item in WORKLOADS])
def test_every_kind_is_injected_once_and_undone(
    data: Any, style: Any, chart: InjectionSettings
) -> None:
    text = yaml.safe_dump(data, sort_keys=False)
    once = style.inject_text(text, chart, print)
    is_passed_by = style is istioctl_style and data["kind"] == "Rollout"
    assert is_passed_by is ("name: istio-proxy" not in once)
    assert once == style.inject_text(once, chart, print)
    found = yaml.safe_load(style.uninject_text(once, print).removesuffix("---\n"))
    assert said(data) == said(found)
