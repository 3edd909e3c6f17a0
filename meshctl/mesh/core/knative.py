"""The gateways that Knative's ``config-istio`` names.

``external-gateways`` and ``local-gateways`` are lists in YAML (pkg/reconciler/ingress/config of
knative-extensions/net-istio 1.18).
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.resources import ConfigMap, Ref, View
from meshctl.resources.view import views
from meshctl.yaml.reader import parse_one

_LISTS = ("external-gateways", "local-gateways")


class KnativeGateway(NamedTuple):
    """A Gateway by its full name, the host of its Service (may be empty), and the list it is in."""

    gateway: str
    service: str
    place: Ref


def knative_gateways(config_map: ConfigMap) -> Iterator[KnativeGateway]:
    """Walk the gateways of a ConfigMap ``config-istio``; text that is no list has none."""
    if config_map.name != "config-istio":
        return
    for key in _LISTS:
        try:
            written = {"list": parse_one(config_map.values.get(key, ""))}
        except ValueError:
            continue
        for view in views(View(config_map, (), written), "list", View):
            name = f"{view.text('namespace')}/{view.text('name')}"
            yield KnativeGateway(name, view.text("service"), config_map.at("data", key))
