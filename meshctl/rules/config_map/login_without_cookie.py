"""An authorizer that keeps its users logged in by a cookie is asked without the cookie.

Envoy sends of a request's headers `Host`, `Authorization` and those of `includeRequestHeadersInCheck` alone to an authorizer
by HTTP. oauth2-proxy knows who is logged in by its cookie: without that each request counts as the first one, and browsers are
sent to the login again and again, until they say that there are too many redirects.

Fix: add `cookie` to `includeRequestHeadersInCheck`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ConfigMap, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_HTTP = "envoyExtAuthzHttp"
_PROXY = "oauth2-proxy"
_TOKENS = "skip-jwt-bearer-tokens"


@rule(on=ConfigMap, severity=Severity.WARNING, since="0.1.0", holds=("mesh",))
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report providers of the mesh config whose pods run oauth2-proxy."""
    if _HTTP not in config_map.values.get("mesh", ""):
        return
    providers = mesh.extension_providers
    for name, settings in providers.of_type(_HTTP):
        host = mesh.registry.provider_services.host(settings)
        if host is None or providers.sends(name, "cookie"):
            continue
        pods = [pod for pod in mesh.workloads.behind(host) if _keeps_cookies(pod)]
        if pods:
            yield Finding(
                config_map.at("data", "mesh"),
                f"provider {quoted(name)} is {pods[0].title}, oauth2-proxy, and is asked without the header cookie, by "
                "which it knows who is logged in: browsers are sent to the login again and again",
            ).also(pods[0].at("metadata", "name"), "runs oauth2-proxy")


def _keeps_cookies(pod: Workload) -> bool:
    """Does it run oauth2-proxy, and take no tokens in place of its cookie?"""
    runs = any(container.image_name == _PROXY for container in pod.containers)
    written = str(pod.pod_spec.data).lower().replace("_", "-")  # its variables have the same names
    return runs and _TOKENS not in written
