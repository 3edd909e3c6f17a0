"""The clauses that people write, kind by kind, with what judges their effect or why nothing does.

A field stands for everything below it, unless a longer one is listed too; every field of the schemas
is covered, so that a gap is a row. Of kinds whose schemas are elsewhere the fields are those that
the mesh stands on.
"""

from collections.abc import Sequence
from typing import NamedTuple

SCHEMA = "the schema and the API server's webhook judge it; its effect is that of the field itself"
NAMING = "a name for people, statistics or logs; it changes no traffic"
TUNING = "a number or switch that Envoy obeys as it is written; any legal value has its effect"


class Clause(NamedTuple):
    """A field of a kind: the question of the model that judges it, the rules, or why there is none.

    ``question`` is the path below ``Mesh``; ``because`` is empty where there are rules. ``but_not`` says what
    of a field with rules none of them judges, and why.
    """

    kind: str
    field: str
    question: str
    rules: tuple[str, ...]
    because: str
    but_not: str = ""


def clauses() -> Sequence[Clause]:
    """List every clause, by kind and in the order of the table."""
    from meshctl.engine.catalog.gateway_api_clauses import TABLE as GATEWAY_API  # noqa: PLC0415 - for coverage

    return [
        _clause(kind, line)
        for kind, lines in (_TABLE | GATEWAY_API).items()
        for line in lines.splitlines()
    ]


def judging(kind: str, field: str) -> Clause | None:
    """Find the row for a field: the longest that it is, or is below."""
    fits = [
        row
        for row in clauses()
        if row.kind == kind
        and (field == row.field or field.startswith((f"{row.field}.", f"{row.field}[]")))
    ]
    return max(fits, key=lambda row: len(row.field), default=None)


def _clause(kind: str, line: str) -> Clause:
    field, question, rest, *but_not = (part.strip() for part in line.split("|"))
    if not question:
        because = {"SCHEMA": SCHEMA, "NAMING": NAMING, "TUNING": TUNING}.get(rest, rest)
        return Clause(kind, field, "", (), because)
    return Clause(kind, field, question, tuple(rest.split()), "", *but_not)


_TABLE = {
    "VirtualService": """\
spec.hosts|gateways.bindings|virtual-service/host-not-served virtual-service/public-host-without-gateway virtual-service/mesh-host-duplicated virtual-service/mesh-wildcard-takes-services virtual-service/routes-for-the-caller virtual-service/called-on-another-port
spec.gateways|gateways.bindings|virtual-service/gateway-not-found virtual-service/gateway-without-its-hosts
spec.exportTo|traffic.routes|virtual-service/hidden-from-gateway resource/exported-to-unknown-namespace
spec.http|traffic.unreachable_rules|virtual-service/rule-shadowed virtual-service/catch-all-not-last virtual-service/route-type-mismatch virtual-service/http-rules-on-tcp-port virtual-service/mesh-rules-without-default
spec.http[].match[].uri|traffic.route_matches|virtual-service/uri-matches-no-path virtual-service/wildcard-read-as-text virtual-service/regex-not-full-match
spec.http[].match[].headers|traffic.route_matches|virtual-service/header-matched-in-part virtual-service/wildcard-read-as-text virtual-service/method-or-header-case virtual-service/claims-never-verified
spec.http[].match[].withoutHeaders|traffic.route_matches|virtual-service/header-matched-in-part virtual-service/wildcard-read-as-text
spec.http[].match[].method|traffic.route_matches|virtual-service/method-or-header-case virtual-service/wildcard-read-as-text
spec.http[].match[].authority|traffic.route_matches|virtual-service/wildcard-read-as-text virtual-service/authority-of-another-host
spec.http[].match[].queryParams|traffic.route_matches|virtual-service/header-matched-in-part virtual-service/wildcard-read-as-text
spec.http[].match[].scheme|clauses.match_listeners|virtual-service/scheme-never-met
spec.http[].match[].port|clauses.match_listeners|virtual-service/match-never-applies
spec.http[].match[].gateways|clauses.match_listeners|virtual-service/match-never-applies
spec.http[].match[].sourceLabels|clauses.match_listeners|virtual-service/match-never-applies virtual-service/source-match-at-waypoint virtual-service/source-rules-without-rest
spec.http[].match[].sourceNamespace|clauses.match_listeners|virtual-service/match-never-applies virtual-service/source-match-at-waypoint
spec.http[].match[].name||NAMING
spec.http[].match[].statPrefix||NAMING
spec.http[].name||NAMING
spec.http[].route|reachability.clusters|virtual-service/destination-host-not-found virtual-service/destination-port-not-found virtual-service/destination-port-missing virtual-service/destination-subset-not-found virtual-service/gateway-keeps-no-address virtual-service/dialled-port-kept virtual-service/external-host-keeps-authority virtual-service/egress-tls-mismatch virtual-service/destination-behind-wildcard
spec.http[].route[].weight|traffic.routes|virtual-service/weight-ignored virtual-service/weight-missing
spec.http[].route[].headers|traffic.routes|virtual-service/unknown-header-command virtual-service/destination-header-replaced|a header that one destination changes twice; one that is removed and may not be there
spec.http[].headers|traffic.routes|virtual-service/unknown-header-command virtual-service/headers-lost-to-delegate virtual-service/setting-never-read|headers that a delegate changes, too; one that a rule changes twice
spec.http[].mirror|clauses.outside_hosts|virtual-service/mirror-asks-for-shadow-host virtual-service/destination-host-not-found virtual-service/setting-never-read|what a delegate repeats word by word of its root
spec.http[].mirrors|clauses.outside_hosts|virtual-service/mirror-asks-for-shadow-host virtual-service/destination-host-not-found virtual-service/setting-never-read|what a delegate repeats word by word of its root
spec.http[].mirrorPercentage|clauses.unread_settings|virtual-service/setting-never-read virtual-service/percentage-too-small
spec.http[].mirrorPercent||TUNING
spec.http[].mirror_percent||TUNING
spec.http[].delegate|traffic.routes|virtual-service/delegate-broken
spec.http[].redirect|reachability.redirect_loops|virtual-service/redirect-loop virtual-service/redirect-to-unserved-host
spec.http[].rewrite|traffic.routes|virtual-service/rewrite-drops-rest virtual-service/rewrite-slash-mismatch virtual-service/rewrite-taken-literally virtual-service/rewrite-of-unknown-group virtual-service/setting-never-read|what a delegate repeats word by word of its root
spec.http[].timeout|traffic.routes|virtual-service/timeout-cuts-retries virtual-service/outer-timeout-is-shorter virtual-service/setting-never-read|what a delegate repeats word by word of its root
spec.http[].retries|traffic.routes|virtual-service/retries-at-two-proxies virtual-service/per-try-timeout-exceeds-timeout virtual-service/setting-never-read|what a delegate repeats word by word of its root
spec.http[].fault|traffic.routes|virtual-service/fault-disables-retry virtual-service/setting-never-read|what a delegate repeats word by word of its root
spec.http[].corsPolicy|traffic.route_matches|virtual-service/cors-preflight-lost virtual-service/cors-star-with-credentials virtual-service/setting-never-read|what a delegate repeats word by word of its root
spec.http[].directResponse||an answer as written
spec.tls|traffic.routes|virtual-service/layer4-match-repeated virtual-service/route-type-mismatch virtual-service/layer4-rules-without-listener
spec.tls[].match[].port|clauses.match_listeners|virtual-service/match-never-applies
spec.tls[].match[].gateways|clauses.match_listeners|virtual-service/match-never-applies
spec.tls[].match[].sourceLabels|clauses.match_listeners|virtual-service/match-never-applies virtual-service/source-ignored-at-gateway
spec.tls[].match[].sourceNamespace|clauses.match_listeners|virtual-service/match-never-applies virtual-service/source-ignored-at-gateway
spec.tls[].match[].destinationSubnets|clauses.match_listeners|virtual-service/match-never-applies virtual-service/source-ignored-at-gateway
spec.tls[].match[].sniHosts|gateways|gateway/sni-in-two-chains schema/webhook-refuses
spec.tcp|traffic.routes|virtual-service/layer4-match-repeated virtual-service/route-type-mismatch virtual-service/layer4-rules-without-listener
spec.tcp[].match[].port|clauses.match_listeners|virtual-service/match-never-applies
spec.tcp[].match[].gateways|clauses.match_listeners|virtual-service/match-never-applies
spec.tcp[].match[].sourceLabels|clauses.match_listeners|virtual-service/match-never-applies virtual-service/source-ignored-at-gateway
spec.tcp[].match[].sourceNamespace|clauses.match_listeners|virtual-service/match-never-applies virtual-service/source-ignored-at-gateway
spec.tcp[].match[].destinationSubnets|clauses.match_listeners|virtual-service/match-never-applies virtual-service/source-ignored-at-gateway
spec.tcp[].match[].sourceSubnet|traffic.routes|virtual-service/source-subnet-not-read""",
    "Gateway": """\
spec.selector|gateways|gateway/selector-matches-no-workload
spec.servers|gateways|gateway/port-protocol-conflict gateway/tls-host-duplicated gateway/tls-mode-mismatch gateway/sni-in-two-chains
spec.servers[].hosts|gateways.bindings|gateway/host-without-route gateway/host-of-another-team|wildcards, which are for hosts to come; a host that a wildcard beside it covers, which gets a virtual host of its own; hosts of plain TCP, which tell no connections apart
spec.servers[].port|gateways|gateway/port-not-exposed gateway/privileged-port-skipped gateway/port-protocol-conflict
spec.servers[].tls|gateways|gateway/credential-not-found gateway/certificate-file-not-mounted gateway/tls-opened-before gateway/tls-mode-mismatch gateway/unusable-certificate gateway/redirect-of-another-servers-host gateway/mesh-certificate-of-outside-clients gateway/tls-versions-exclude-each-other gateway/cipher-suites-never-used gateway/tls-setting-of-another-mode
spec.servers[].bind|gateways|gateway/port-protocol-conflict gateway/bound-to-localhost
spec.servers[].defaultEndpoint|gateways|gateway/setting-not-read
spec.servers[].name||NAMING""",
    "DestinationRule": """\
spec.host|traffic.destination_rules|destination-rule/host-not-found destination-rule/never-looked-up destination-rule/duplicate-host
spec.subsets|workloads.endpoints|destination-rule/subset-selects-no-pod destination-rule/subset-policy-unused destination-rule/subset-without-labels|subsets that no route names, which may come; subsets that a second rule repeats word by word
spec.trafficPolicy|security.tls_conflicts|destination-rule/port-entry-replaces-policy destination-rule/encrypted-twice destination-rule/plaintext-to-strict-workload destination-rule/outlier-detection-degenerate destination-rule/failover-priority-of-no-endpoint destination-rule/locality-without-node
spec.workloadSelector|traffic.destination_rules|destination-rule/workload-selector-hides-rule
spec.exportTo|traffic.destination_rules|destination-rule/unexported-rule-hides-wildcard resource/exported-to-unknown-namespace|rules for named namespaces that have rules of their own""",
    "ServiceEntry": """\
spec.hosts|registry.service_entries|service-entry/host-of-kubernetes-service service-entry/duplicate-host-and-port
spec.ports|registry.service_entries|service-entry/target-port-never-used service-entry/tcp-port-shared-with-http service-entry/protocol-contradicts-port|a target beside pods that name their port, for pods to come without the name; a target with resolution NONE, which proxies dial in place of the client's port
spec.resolution|clauses.kept_addresses|virtual-service/gateway-keeps-no-address virtual-service/dialled-port-kept
spec.addresses|registry.service_entries|service-entry/address-missing
spec.endpoints|registry.service_entries|service-entry/internal-endpoint-without-identity service-entry/selects-no-endpoint service-entry/endpoint-of-strict-pods|the identity of an endpoint outside the mesh, which a DestinationRule may ask for
spec.location|registry|service-entry/internal-endpoint-without-identity
spec.workloadSelector|workloads.endpoints|destination-rule/subset-selects-no-pod
spec.exportTo|registry|resource/exported-to-unknown-namespace
spec.subjectAltNames||names are compared with certificates that no manifest shows""",
    "Sidecar": """\
spec.egress|sidecar_scope|sidecar/egress-host-not-found sidecar/egress-host-repeated sidecar/dependency-hidden
spec.egress[].port|sidecar_scope|sidecar/dependency-hidden
spec.egress[].bind||applications that dial it are not in manifests
spec.egress[].captureMode||applications that dial it are not in manifests
spec.workloadSelector|workloads.sidecars|sidecar/selects-no-workload sidecar/workload-of-several-sidecars
spec.outboundTrafficPolicy|sidecar_scope|sidecar/outbound-mode-left-out sidecar/egress-proxy-ignored
spec.ingress||listeners of the pod's own ports; whether the application is there is not in manifests
spec.inboundConnectionPool||TUNING""",
    "AuthorizationPolicy": """\
spec.action|security.authorization|authorization-policy/allows-nothing authorization-policy/audited-by-nobody
spec.provider|extension_providers|authorization-policy/broken-provider authorization-policy/several-custom-providers authorization-policy/authorizer-asks-itself
spec.selector|security.authorization|authorization-policy/selects-no-workload
spec.targetRef|clauses.waypoint_bypass|authorization-policy/waypoint-bypassed
spec.targetRefs|clauses.waypoint_bypass|authorization-policy/waypoint-bypassed authorization-policy/request-fields-on-tcp-service policy/target-not-found policy/target-without-address
spec.rules|security.authorization|authorization-policy/rule-without-conditions authorization-policy/from-and-to-in-separate-rules authorization-policy/conditions-exclude-each-other authorization-policy/exception-of-nothing authorization-policy/narrower-than-another|a source, an operation or a value that another one beside it takes in; an exception that another one takes in; a rule of DENY or AUDIT that a wider one takes in
spec.rules[].from[].source.principals|clauses.client_certificates|authorization-policy/identity-at-gateway authorization-policy/principal-never-matches authorization-policy/unknown-principal authorization-policy/wildcard-read-as-text
spec.rules[].from[].source.namespaces|clauses.client_certificates|authorization-policy/identity-at-gateway authorization-policy/unknown-source-namespace
spec.rules[].from[].source.serviceAccounts|clauses.client_certificates|authorization-policy/identity-at-gateway authorization-policy/unknown-principal
spec.rules[].from[].source.requestPrincipals|clauses.token_issuers|authorization-policy/gateway-needs-no-token authorization-policy/issuer-never-checked authorization-policy/token-never-checked authorization-policy/preflight-refused
spec.rules[].from[].source.notRequestPrincipals|clauses.token_issuers|authorization-policy/issuer-never-checked authorization-policy/token-never-checked authorization-policy/preflight-refused
spec.rules[].from[].source.ipBlocks|security.authorization|authorization-policy/client-address-behind-gateway authorization-policy/block-wider-than-address
spec.rules[].from[].source.remoteIpBlocks|security.authorization|authorization-policy/client-address-lost-by-node authorization-policy/block-wider-than-address
spec.rules[].to[].operation.hosts|clauses.host_forms|authorization-policy/host-in-one-form authorization-policy/host-not-found authorization-policy/host-without-port-form authorization-policy/request-never-routed
spec.rules[].to[].operation.paths|decisions|authorization-policy/wildcard-read-as-text authorization-policy/path-with-open-variants authorization-policy/request-never-routed
spec.rules[].to[].operation.notPaths|decisions|authorization-policy/wildcard-read-as-text authorization-policy/path-with-open-variants
spec.rules[].to[].operation.methods|decisions|authorization-policy/method-never-sent authorization-policy/request-never-routed
spec.rules[].to[].operation.ports|workloads.container_ports|authorization-policy/port-of-service authorization-policy/http-fields-on-tcp-port authorization-policy/caller-shut-out-by-waypoint
spec.rules[].when|decisions|authorization-policy/header-without-its-token authorization-policy/issuer-never-checked authorization-policy/wildcard-read-as-text authorization-policy/claim-with-dots authorization-policy/unknown-principal authorization-policy/audience-never-taken authorization-policy/unknown-source-namespace""",
    "RequestAuthentication": """\
spec.selector|security.request_authentications|request-authentication/selects-no-workload policy/selector-ignored-by-waypoint
spec.targetRef|clauses.token_issuers|authorization-policy/token-never-checked
spec.targetRefs|clauses.token_issuers|authorization-policy/token-never-checked policy/target-not-found
spec.jwtRules|security.request_authentications|request-authentication/token-not-required request-authentication/keys-out-of-reach request-authentication/keys-of-discovery-document
spec.jwtRules[].audiences|security.request_authentications|request-authentication/audiences-not-required|rules for the same issuer by other labels, since pods may come that have one of the two alone""",
    "PeerAuthentication": """\
spec.selector|security.peer_authentications|peer-authentication/selects-no-workload peer-authentication/selector-in-root-namespace
spec.mtls|security.mtls|peer-authentication/second-policy-ignored peer-authentication/disable-in-ambient-mode workload/probe-refused-by-strict destination-rule/plaintext-to-strict-workload
spec.portLevelMtls|security.peer_authentications|peer-authentication/port-level-on-service-port peer-authentication/port-mode-in-ambient-mode|ports that no container and no Service lists, on which an application may listen all the same""",
    "EnvoyFilter": """\
spec.workloadSelector|workloads.envoy_filters|envoy-filter/context-without-proxy
spec.targetRefs|clauses.waypoint_bypass|envoy-filter/target-not-found envoy-filter/context-without-proxy|what patches of Gateways of the Gateway API look for
spec.configPatches|workloads.envoy_filters|envoy-filter/filter-inserted-twice envoy-filter/relative-operation envoy-filter/never-applied
spec.configPatches[].match|clauses.patched_ports|envoy-filter/port-of-another-context envoy-filter/port-never-there envoy-filter/version-of-no-proxy envoy-filter/context-without-proxy envoy-filter/cluster-never-there envoy-filter/match-not-read
spec.configPatches[].match.listener|clauses.filter_names|envoy-filter/filter-never-there envoy-filter/old-filter-name envoy-filter/filter-not-named envoy-filter/port-never-there envoy-filter/match-not-read
spec.configPatches[].match.listener.filterChain|clauses.patched_chains|envoy-filter/filter-chain-never-there envoy-filter/match-not-read|protocols of chains for what comes in, which follow from modes of mutual TLS; names for SNI of what goes out; names of filters that are nowhere near those of istiod
spec.configPatches[].match.routeConfiguration|clauses.patched_routes|envoy-filter/route-never-there envoy-filter/port-never-there envoy-filter/match-not-read|a port together with a table of another port; domains of virtual hosts; actions of routes; names of tables of sidecars
spec.configPatches[].match.proxy.metadata||what proxies say of themselves when they start is not in manifests
spec.configPatches[].patch|workloads.envoy_filters|envoy-filter/add-ignored envoy-filter/merge-ignored envoy-filter/remove-ignored envoy-filter/replace-ignored envoy-filter/filter-not-named
spec.priority||an order among patches that nothing tells apart from others""",
    "Telemetry": """\
spec.selector|workloads.reports|telemetry/selects-no-workload telemetry/workload-of-several-telemetries resource/selects-canary-alone
spec.targetRef|clauses.waypoint_bypass|policy/target-not-found policy/target-without-waypoint
spec.targetRefs|clauses.waypoint_bypass|policy/target-not-found policy/target-without-waypoint|what proxies report because of Telemetries for a Gateway or Service by name
spec.tracing|workloads.reports|telemetry/nothing-to-report-to telemetry/several-namespace-defaults
spec.tracing[].providers|workloads.reports|telemetry/unknown-provider telemetry/provider-of-another-signal telemetry/provider-without-service
spec.tracing[].match|workloads.reports|telemetry/server-side-of-gateway|settings beside disableSpanReporting, which a narrower Telemetry may turn on
spec.tracing[].customTags||what is reported is not judged
spec.tracing[].randomSamplingPercentage||TUNING
spec.tracing[].disableSpanReporting||TUNING
spec.tracing[].disableContextPropagation||TUNING
spec.tracing[].enableIstioTags||TUNING
spec.tracing[].useRequestIdForTraceSampling||TUNING
spec.metrics|workloads.reports|telemetry/nothing-to-report-to
spec.metrics[].providers|workloads.reports|telemetry/unknown-provider telemetry/provider-of-another-signal|a provider that is the default anyway
spec.metrics[].overrides|workloads.reports|telemetry/unknown-metric telemetry/disabling-taken-back telemetry/server-side-of-gateway|two overrides for one metric, of which the later holds; tags beside disabled
spec.metrics[].reportingInterval||TUNING
spec.accessLogging|workloads.reports|telemetry/provider-missing telemetry/log-filter-replaced telemetry/default-logs-lost|an empty entry; one that turns off what nobody else logs to; one without providers before one that names some
spec.accessLogging[].providers|workloads.reports|telemetry/unknown-provider telemetry/provider-of-another-signal telemetry/provider-without-service
spec.accessLogging[].match|workloads.reports|telemetry/server-side-of-gateway telemetry/default-logs-lost
spec.accessLogging[].filter|workloads.reports|telemetry/filter-without-provider telemetry/attribute-never-matches telemetry/log-filter-replaced schema/webhook-refuses|a filter beside disabled, which a narrower Telemetry may turn on
spec.accessLogging[].disabled|workloads.reports|telemetry/provider-missing telemetry/default-logs-lost""",
    "NetworkPolicy": """\
spec.podSelector|workloads.network_policies|resource/selects-canary-alone
spec.policyTypes|workloads.network_policies|network-policy/control-plane-out-of-reach network-policy/client-not-admitted
spec.ingress|workloads.network_policies|network-policy/client-not-admitted network-policy/tunnel-port-closed
spec.ingress[].from|workloads.network_policies|network-policy/client-not-admitted network-policy/peer-of-another-namespace|peers that nobody is yet, and such as another entry lets in
spec.ingress[].ports|workloads.network_policies|network-policy/port-of-service network-policy/port-of-proxy network-policy/port-name-of-no-container|numbers that no container lists, on which an application may listen all the same
spec.egress|workloads.network_policies|network-policy/control-plane-out-of-reach network-policy/tunnel-port-closed
spec.egress[].to|workloads.network_policies|network-policy/control-plane-out-of-reach network-policy/peer-of-another-namespace|peers that nobody is yet, and such as another entry leads to
spec.egress[].ports|workloads.network_policies|network-policy/port-of-proxy network-policy/control-plane-out-of-reach network-policy/port-name-of-no-container|numbers that no container lists; names beside peers of several namespaces, of all or of blocks of addresses""",
    "WorkloadEntry": """\
spec.address|registry.machine_hosts|workload-entry/address-left-out
spec.ports|registry.machine_hosts|workload-entry/port-name-unused workload-entry/port-not-named
spec.labels|registry.machine_hosts|workload-entry/selected-by-nothing|machines that nothing selects where no ServiceEntry selects any, for those to come
spec.serviceAccount|security.mtls|workload-entry/identity-left-out
spec.network||networks of machines and the gateways between them are not all in manifests
spec.locality||where a machine is; it orders endpoints, as written
spec.weight||TUNING""",
    "WorkloadGroup": """\
spec.metadata|registry.machine_hosts|workload-group/duplicate-labels workload-group/selected-by-nothing|machines that nothing selects where no ServiceEntry selects any, for those to come
spec.template.labels|registry.machine_hosts|workload-group/duplicate-labels workload-group/selected-by-nothing|labels that those of the metadata replace
spec.template.ports|registry.machine_hosts|workload-group/port-name-unused workload-group/port-not-named
spec.template.serviceAccount|registry.service_accounts|workload-group/unknown-service-account
spec.template||what the machines have that join; a group by itself is no endpoint
spec.probe||it is for the agent on the machine, whose application is not in manifests""",
    "WasmPlugin": """\
spec.selector|clauses.extension_chains|resource/selects-no-workload policy/selector-ignored-by-waypoint policy/selector-of-gateway-api-pods resource/selects-canary-alone
spec.targetRef|clauses.waypoint_bypass|policy/target-not-found policy/target-without-waypoint
spec.targetRefs|clauses.waypoint_bypass|policy/target-not-found policy/target-without-waypoint
spec.match|clauses.extension_chains|wasm-plugin/match-never-applies wasm-plugin/port-of-service|an entry that another one beside it takes in; sides and ports at waypoints and at Gateways of the Gateway API
spec.url|injection.proxy_mounts|wasm-plugin/module-not-mounted wasm-plugin/image-may-change wasm-plugin/fails-closed-without-module|whether a registry has the image
spec.failStrategy|workloads|wasm-plugin/authorization-fails-open wasm-plugin/fails-closed-without-module
spec.imagePullSecret|registry.secrets|wasm-plugin/pull-secret-not-found
spec.imagePullPolicy||TUNING
spec.phase||a place among the filters that Istio has in all chains, which any value has
spec.priority||an order among plugins of one phase; what a plugin does to the others is not in manifests
spec.pluginConfig||settings of the plugin, which alone knows them
spec.pluginName||NAMING
spec.sha256||compared with a module that no manifest shows
spec.verificationKey|workloads|wasm-plugin/signature-not-verified
spec.type||filters for HTTP or for bare connections; which of them the module has is not in manifests
spec.vmConfig||variables of the plugin, which alone knows them""",
    "MeshConfig": """\
extensionProviders|extension_providers|config-map/http-provider-on-grpc-port config-map/grpc-provider-on-http-port config-map/unknown-log-command istio-operator/unknown-log-command authorization-policy/broken-provider authorization-policy/provider-out-of-reach telemetry/provider-without-service|providers that nobody names yet
defaultProviders|clauses.mesh_settings|config-map/default-provider-unusable istio-operator/default-provider-unusable telemetry/default-logs-lost|defaults that a Telemetry for the whole mesh replaces; a second one for traces
discoverySelectors|discovery|namespace/not-watched|selectors that no namespace fits yet; their labels are often written by others
trustDomainAliases|decisions|authorization-policy/unknown-principal|aliases by which no policy and no client is named yet
accessLogFile|clauses.mesh_settings|config-map/setting-never-read istio-operator/setting-never-read telemetry/default-logs-lost
accessLogFormat|clauses.mesh_settings|config-map/setting-never-read istio-operator/setting-never-read config-map/unknown-log-command istio-operator/unknown-log-command
accessLogEncoding|clauses.mesh_settings|config-map/setting-never-read istio-operator/setting-never-read
outboundTrafficPolicy|sidecar_scope|virtual-service/destination-host-not-found|a policy that Sidecars replace for all pods there are
ingressControllerMode|gateways.ingresses|resource/ingress-class-not-found|a mode for Ingresses to come
ingressClass|clauses.mesh_settings|config-map/setting-never-read istio-operator/setting-never-read|a class of Ingresses to come
ingressSelector|clauses.mesh_settings|config-map/setting-never-read istio-operator/setting-never-read resource/ingress-without-gateway
ingressService|clauses.mesh_settings|config-map/setting-never-read istio-operator/setting-never-read resource/ingress-without-gateway
localityLbSetting|clauses.mesh_settings|config-map/locality-without-node config-map/setting-never-read istio-operator/setting-never-read destination-rule/locality-failover-without-outlier-detection
meshMTLS|clauses.mesh_settings|config-map/setting-never-read istio-operator/setting-never-read
tlsDefaults|clauses.mesh_settings|config-map/setting-never-read istio-operator/setting-never-read
serviceSettings|clauses.mesh_settings|config-map/service-setting-of-no-service istio-operator/service-setting-of-no-service|which cluster a request comes from, on which clusterLocal depends; Services of kube-system
pathNormalization|decisions|authorization-policy/path-with-open-variants
enableAutoMtls|security.mtls|peer-authentication/strict-without-auto-mtls
defaultServiceExportTo|registry|virtual-service/destination-hidden-from-gateway
defaultVirtualServiceExportTo|traffic.routes|virtual-service/hidden-from-gateway
defaultDestinationRuleExportTo|traffic.destination_rules|destination-rule/never-looked-up
enablePrometheusMerge|workloads|network-policy/merged-metrics-closed
connectTimeout||TUNING
tcpKeepalive||TUNING
protocolDetectionTimeout||TUNING
inboundClusterStatName||NAMING
outboundClusterStatName||NAMING
trustDomain||the name of the mesh itself, which its certificates have
caCertificates||compared with certificates that no manifest shows
defaultConfig|injection.proxy_configs|config-map/tracer-not-found istio-operator/tracer-not-found|settings that ProxyConfigs and annotations replace for all pods there are""",
    "ProxyConfig": """\
spec.selector|injection.proxy_configs|resource/selects-no-workload proxy-config/second-one-ignored proxy-config/selector-without-labels resource/selects-canary-alone
spec.concurrency|injection.proxy_configs|proxy-config/second-one-ignored|settings of a namespace or of the mesh that narrower ones replace for all pods there are, since others may come
spec.environmentVariables|injection.proxy_configs|proxy-config/second-one-ignored|variables that narrower ones replace for all pods there are; what a variable does
spec.image|injection.proxy_configs|proxy-config/second-one-ignored|variants that narrower ones replace for all pods there are; whether a registry has the image""",
    "Canary": """\
spec.targetRef|traffic.canaries|canary/target-not-found canary/target-without-selector-label canary/target-without-sidecar
spec.service.name|traffic.canaries|canary/host-of-another-route
spec.service.port|traffic.canaries|canary/port-of-no-container
spec.service.targetPort|traffic.canaries|canary/port-of-no-container
spec.service.hosts|traffic.canaries|canary/host-of-another-route virtual-service/host-not-served
spec.service.gateways|gateways.bindings|virtual-service/gateway-not-found virtual-service/public-host-without-gateway
spec.service.trafficPolicy|security.tls_conflicts|destination-rule/plaintext-to-strict-workload
spec.service.match|traffic.route_matches|virtual-service/uri-matches-no-path virtual-service/match-never-applies
spec.analysis.metrics|workloads|canary/target-without-sidecar
spec.analysis||how fast a new version comes, and what decides about it, is Flagger's affair
spec.autoscalerRef||replicas are Flagger's affair""",
    "Certificate": """\
spec.secretName|registry.secrets|gateway/credential-not-found gateway/credential-in-another-namespace
spec.dnsNames|gateways.acme_challenges|certificate/challenge-redirected gateway/certificate-for-other-names
spec.commonName|registry.secrets|gateway/certificate-for-other-names
spec.issuerRef|gateways.acme_challenges|certificate/issuer-not-found certificate/challenge-redirected
spec.secretTemplate|registry.secrets|gateway/credential-in-another-namespace
spec.duration||cert-manager obeys it as it is written
spec.renewBefore||cert-manager obeys it as it is written
spec.privateKey||cert-manager obeys it as it is written
spec.usages||cert-manager obeys it as it is written""",
    "Rollout": """\
spec.strategy.canary.stableService|traffic.rollouts|rollout/service-not-found
spec.strategy.canary.canaryService|traffic.rollouts|rollout/service-not-found
spec.strategy.canary.trafficRouting.istio.virtualService|traffic.rollouts|rollout/route-not-shifted rollout/destination-taken-out
spec.strategy.canary.trafficRouting.istio.virtualServices|traffic.rollouts|rollout/route-not-shifted rollout/destination-taken-out
spec.strategy.canary.trafficRouting.istio.destinationRule|traffic.rollouts|rollout/subset-not-found
spec.strategy.canary.steps|traffic.rollouts|rollout/route-not-managed""",
}
