"""Says what became of metrics, logs and traces that Mixer's adapters wrote."""

from typing import Any

from meshctl.migrate.drafts import Draft
from meshctl.migrate.kinds import TELEMETRY
from meshctl.migrate.mixer.join import Action

_STANDARD = frozenset({
    "requestcount", "requestduration", "requestsize", "responsesize", "tcpbytesent",
    "tcpbytereceived", "tcpconnectionsopened", "tcpconnectionsclosed", "tcpsentbytes",
    "tcpreceivedbytes", "requestscount",
})  # fmt: skip
INSTEAD = {
    "fluentd": "send logs by an extensionProvider envoyOtelAls, and name it in a Telemetry",
    "stackdriver": "name the extensionProvider stackdriver or opentelemetry in a Telemetry",
    "zipkin": "name an extensionProvider zipkin in a Telemetry with tracing",
    "statsd": "let Prometheus scrape the proxies, or set meshConfig.defaultConfig.statsdUdpAddress",
    "dogstatsd": "let the Datadog agent scrape the proxies; extensionProvider datadog takes traces",
    "opa": "write an AuthorizationPolicy CUSTOM with an extensionProvider envoyExtAuthzGrpc",
    "apikey": "write an AuthorizationPolicy CUSTOM with an extensionProvider envoyExtAuthzHttp",
    "apigee": "write an AuthorizationPolicy CUSTOM with an extensionProvider envoyExtAuthzGrpc",
    "rbac": "write AuthorizationPolicies",
}  # fmt: skip
NO_EFFECT = frozenset({"kubernetesenv", "bypass", "noop"})
_OTHER = "let a program read the logs or metrics of the proxies, or an extensionProvider send them"


def observe(draft: Draft, action: Action) -> None:
    """Convert an action that only reports, or say why it can't be."""
    handler, place = action.handler, action.view.at("handler")
    if handler.of in NO_EFFECT:
        draft.exact(f"nothing is left for {handler.of} to do: istiod knows the pods itself", place)
        return
    if handler.of == "prometheus":
        _metrics(draft, action)
        return
    if handler.of == "stdio" and all(instance.of == "logentry" for instance in action.instances):
        _logs(draft, action)
        return
    instead = INSTEAD.get(handler.of, _OTHER)
    draft.lost(f"adapter {handler.of or 'of its own'} is gone with Mixer", place, instead=instead)


def _metrics(draft: Draft, action: Action) -> None:
    for instance in action.instances:
        name = instance.resource.name
        if name.lower() in _STANDARD:
            draft.near(
                f"{name} is measured by the proxies themselves, with the dimensions of today",
                instance.resource.at("kind"),
                instead="dimensions of your own are tagOverrides of a Telemetry",
            )
        else:
            draft.lost(
                f"metric {name} is none that the proxies measure", instance.resource.at("kind"),
                instead="add its dimensions to a standard metric by tagOverrides of a Telemetry, or "
                "write a Wasm extension",
            )  # fmt: skip


def _logs(draft: Draft, action: Action) -> None:
    spec: dict[str, Any] = {"accessLogging": [{"providers": [{"name": "envoy"}]}]}
    draft.make(TELEMETRY, f"{draft.resource.name}-log", spec)
    draft.near(
        "the proxies log with the format of the mesh, all requests and all severities",
        action.view.at(),
        instead="write the fields into meshConfig.accessLogFormat, and the match as CEL into "
        "accessLogging.filter.expression",
    )
