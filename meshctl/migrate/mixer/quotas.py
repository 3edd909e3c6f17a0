"""Converts quotas: a memquota becomes Envoy's local rate limit in the pods that it is for."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from meshctl.migrate.drafts import Draft
from meshctl.migrate.kinds import ENVOY_FILTER
from meshctl.migrate.known import Known
from meshctl.migrate.mixer.join import Action, Part
from meshctl.resources import Resource, Service, View
from meshctl.resources.view import as_number, views

_GLOBAL = "run a rate limit service, and let an EnvoyFilter of envoy.filters.http.ratelimit ask it"
_WHOLE = {"numerator": 100, "denominator": "HUNDRED"}
Several = Sequence[tuple[Resource, Draft]]


class _Bound(NamedTuple):
    """Where a quota counts: a Service, or everything, and the drafts that say so."""

    service: Service | None
    drafts: tuple[Draft, ...]


class Quotas:
    """Knows which Services a quota is charged for."""

    def __init__(self, several: Several, known: Known) -> None:
        self._known = known
        self._specs = [pair for pair in several if pair[0].kind == "QuotaSpec"]
        self._bindings = [pair for pair in several if pair[0].kind == "QuotaSpecBinding"]

    def convert(self, draft: Draft, action: Action) -> None:
        """Convert a rule that hands a quota to a memquota or redisquota."""
        if action.handler.of == "redisquota":
            draft.lost("a redisquota counts for all pods together", action.view.at("handler"),
                       instead=_GLOBAL)  # fmt: skip
            return
        for instance in action.instances:
            for view in _limits(action.handler, instance.resource):
                self._limit(draft, action, instance, view)

    def _limit(self, draft: Draft, action: Action, instance: Part, view: View) -> None:
        bucket = _bucket(view, draft)
        if bucket is None:
            return
        own = _of_destinations(view, draft)
        bound = list(self._bound(instance.resource, draft))
        if not bound:
            draft.lost("no QuotaSpecBinding in the input says for which Services it counts",
                       view.at(), instead="add QuotaSpec and QuotaSpecBinding")  # fmt: skip
            return
        draft.near(
            "every pod counts by itself, where Mixer had one counter", view.at(),
            instead="divide the limit by the number of pods",
        )  # fmt: skip
        if instance.params.child("dimensions").data:
            draft.near("all callers share the limit, where each set of dimensions had its own",
                       instance.params.at("dimensions"))  # fmt: skip
        for bucket_of in bound:
            name = bucket_of.service.name if bucket_of.service is not None else ""
            self._write(draft, action, bucket_of, own.get(name, bucket))

    def _write(self, draft: Draft, action: Action, bound: _Bound, bucket: dict[str, Any]) -> None:
        service = bound.service
        spec: dict[str, Any] = {"configPatches": [_patch(bucket)]}
        name = f"{action.handler.resource.name}-rate-limit"
        namespace = self._known.root
        if service is not None:
            spec["workloadSelector"] = {"labels": service.selector}
            name, namespace = f"{service.name}-rate-limit", service.namespace
        made = draft.make(ENVOY_FILTER, name, spec, namespace=namespace)
        for other in (action.handler.draft, *bound.drafts):
            other.share([made])

    def _bound(self, quota: Resource, draft: Draft) -> Iterator[_Bound]:
        for spec, spec_draft in self._specs:
            if not self._charges(spec, spec_draft, quota):
                continue
            for binding, binding_draft in self._bindings:
                named = [
                    (reference.text("name"), reference.text("namespace") or binding.namespace)
                    for reference in views(binding.spec, "quotaSpecs", View)
                ]
                if (spec.name, spec.namespace) not in named:
                    continue
                for view in views(binding.spec, "services", View):
                    found = self._service(view, draft)
                    if found is not None:
                        yield _Bound(found[0], (spec_draft, binding_draft))

    def _charges(self, spec: Resource, draft: Draft, quota: Resource) -> bool:
        is_charged = False
        for rule in views(spec.spec, "rules", View):
            for view in views(rule, "quotas", View):
                if view.text("quota").partition(".")[0] != quota.name:
                    continue
                is_charged = True
                if (as_number(view.data.get("charge")) or 1) != 1:
                    draft.lost("a charge other than 1 has nothing like it", view.at("charge"),
                               instead=_GLOBAL)  # fmt: skip
            if rule.data.get("match"):
                draft.near("the limit is for every request, not for those of this match alone",
                           rule.at("match"), instead="match routes in the EnvoyFilter")  # fmt: skip
        return is_charged

    def _service(self, view: View, draft: Draft) -> tuple[Service | None] | None:
        if view.text("service") == "*" or view.text("name") == "*":
            return (None,)
        host = view.text("service") or view.text("name")
        home = view.text("namespace") or view.resource.namespace
        service = self._known.service(host, home)
        if service is None or not service.selector:
            draft.lost(f"Service {host} is not in the input, or has no selector", view.at(),
                       instead="add the Service to the input")  # fmt: skip
            return None
        return (service,)


def _of_destinations(view: View, draft: Draft) -> dict[str, dict[str, Any]]:
    """Read the overrides for a destination alone, by its name; others are noted as lost."""
    found: dict[str, dict[str, Any]] = {}
    for override in views(view, "overrides", View):
        dimensions = override.child("dimensions")
        name = dimensions.text("destination")
        if name and len(dimensions.data) == 1:
            data = {"validDuration": view.text("validDuration"), **override.data}
            bucket = _bucket(View(override.resource, override.path, data), draft)
            if bucket is not None:
                found.setdefault(name, bucket)
            continue
        draft.lost(
            f"the override for {_shown(dimensions)} counts callers apart",
            override.at(),
            instead="add descriptors to the local rate limit by a header that tells them, or ask a "
            "rate limit service",
        )
    return found


def _limits(handler: Part, quota: Resource) -> Iterator[View]:
    for view in views(handler.params, "quotas", View):
        if view.text("name").partition(".")[0] == quota.name:
            yield view


def _bucket(view: View, draft: Draft) -> dict[str, Any] | None:
    amount = as_number(view.data.get("maxAmount"))
    duration = view.text("validDuration")
    if view.text("rateLimitAlgorithm") == "ROLLING_WINDOW":
        draft.lost("a rolling window has nothing like it", view.at("rateLimitAlgorithm"),
                   instead="use a fixed window")  # fmt: skip
        return None
    if not amount or not duration:
        draft.lost("a quota needs maxAmount and validDuration", view.at(),
                   instead="write both")  # fmt: skip
        return None
    return {"max_tokens": amount, "tokens_per_fill": amount, "fill_interval": duration}


def _patch(bucket: dict[str, Any]) -> dict[str, Any]:
    """Write the patch that puts the filter before the router of inbound listeners."""
    enabled = {
        key: {"runtime_key": f"local_rate_limit_{word}", "default_value": _WHOLE}
        for key, word in (("filter_enabled", "enabled"), ("filter_enforced", "enforced"))
    }
    chain = {"filter": {"name": "envoy.filters.network.http_connection_manager"}}
    package = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"
    return {
        "applyTo": "HTTP_FILTER",
        "match": {"context": "SIDECAR_INBOUND", "listener": {"filterChain": chain}},
        "patch": {
            "operation": "INSERT_BEFORE",
            "value": {
                "name": "envoy.filters.http.local_ratelimit",
                "typed_config": {
                    "@type": f"type.googleapis.com/{package}",
                    "stat_prefix": "http_local_rate_limiter",
                    "token_bucket": bucket,
                    **enabled,
                },
            },
        },
    }


def _shown(dimensions: View) -> str:
    return ", ".join(f"{key} {value}" for key, value in dimensions.data.items())
