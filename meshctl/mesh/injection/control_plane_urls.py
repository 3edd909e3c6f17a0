"""Reads the address that a webhook of istiod calls.

The names are those of the charts (pkg/config/analysis/analyzers/externalcontrolplane, Istio 1.31).
"""

from functools import lru_cache
from urllib.parse import urlsplit

from meshctl.istio.names import INJECTOR_CONFIG_MAP
from meshctl.resources import WebhookConfiguration


def is_of_istiod(configuration: WebhookConfiguration) -> bool:
    """Is it one that Istio installs, for injection or validation?"""
    name = configuration.name
    if configuration.is_mutating:
        return name.startswith(INJECTOR_CONFIG_MAP)
    return name == "istiod-default-validator" or name.startswith("istio-validator")


@lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """The host of a URL without its port; empty when there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
