"""Moves objects of kinds that stay to the version that Istio prefers, in place.

The schemas of v1alpha3, v1beta1 and v1 are one (manifests/charts/base/files/crd-all.gen.yaml, Istio
1.31), so that the version is all that changes.
"""

from typing import Any

from meshctl.istio.api_versions import served_versions
from meshctl.migrate.results import Row
from meshctl.resources import Resource


def newer_version(resource: Resource) -> str:
    """The version an object should name; empty where it names it, or where nobody knows it."""
    versions = served_versions(resource.group, resource.kind)
    wanted = f"{resource.group}/{versions[0]}" if versions else ""
    return wanted if wanted != resource.api_version else ""


def newest(resource: Resource) -> dict[str, Any]:
    """Give an object in the version that Istio prefers."""
    version = newer_version(resource) or resource.api_version
    return {**resource.data, "apiVersion": version}


def convert(resource: Resource) -> Row | None:
    """Move one object; ``None`` where it is as it should be."""
    return Row(resource, after=newest(resource)) if newer_version(resource) else None
