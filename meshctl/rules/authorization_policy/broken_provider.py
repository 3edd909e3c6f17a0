"""A policy of action CUSTOM asks a provider that can't answer.

istiod doesn't leave such a policy out: it denies every request that the rules match. It needs an
`envoyExtAuthzHttp` or `envoyExtAuthzGrpc` provider in `meshConfig.extensionProviders`, with a
name that it takes and the full host of a Service that exists. A port that the Service lacks leads
to no upstream, so that requests are denied as well, unless the provider says `failOpen`.

Fix: correct the name in the policy, or the provider's `service` and `port`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import is_dry_run, why_broken
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report providers that are known to be undefined, refused or without a Service."""
    if policy.action != "CUSTOM" or not policy.spec.data.get("rules") or is_dry_run(policy):
        return
    name = policy.spec.child("provider").text("name")
    place = policy.spec.at("provider", "name")
    known = mesh.knows.mesh_config()
    if not known:
        yield NotChecked(known.reason)
        return
    if why := why_broken(name, mesh.extension_providers):
        yield Finding(place, f"{why}; every request that these rules match is denied")
        return
    settings = mesh.extension_providers.settings(name)
    missing = mesh.registry.provider_services.missing(settings)
    if missing is None:
        return
    if not missing.is_sure:
        yield NotChecked("the input doesn't show the Services of all providers")
    elif missing.is_refused or not settings.get("failOpen"):
        yield Finding(place, f"{missing.message}; every request that these rules match is denied")
    else:
        yield Finding(
            place, f"{missing.message}; every request is let in, as the provider says failOpen"
        )
