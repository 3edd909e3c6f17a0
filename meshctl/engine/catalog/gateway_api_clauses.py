"""The clauses of the Gateway API's kinds and of Ingresses, as ``clauses`` has those of Istio's."""

_PARENTS = "kubernetes-route/parent-not-accepting kubernetes-route/parent-not-served kubernetes-route/parent-in-conflict kubernetes-route/kind-not-taken kubernetes-route/listener-not-served kubernetes-route/parent-port-missing kubernetes-route/service-not-found kubernetes-route/service-port-of-another-kind kubernetes-route/service-route-unused"
_REPEATED = "a parent that a wider one beside it holds, by another port, section or host name"
_LAYER4 = f"{_PARENTS} kubernetes-route/connections-of-older-route"
_BACKENDS = "kubernetes-route/backend-kind-unknown kubernetes-route/backend-not-granted kubernetes-route/backend-port-missing kubernetes-route/backend-without-port kubernetes-route/backend-name-with-dot kubernetes-route/backend-alias-unknown kubernetes-route/hostname-backend-not-declared kubernetes-route/service-not-found kubernetes-route/rule-without-backend"
_WEIGHTS = "kubernetes-route/weight-ignored kubernetes-route/rule-without-backend"
_SPARE = "backends without a share, for what may come; shares beside them"
_NAMES = "kubernetes-route/hostname-outside-listeners kubernetes-route/hostname-of-closer-listener kubernetes-route/hostnames-at-service"
_WIDER = "names that a wider one beside them covers, which get a virtual host of their own"
_FILTERS = "kubernetes-route/filter-unsupported kubernetes-route/settings-beside-redirect"
_MATCHES = "kubernetes-route/duplicate-match kubernetes-route/rule-never-reached"
_LISTENERS = "kubernetes-gateway/duplicate-listener kubernetes-gateway/listener-conflict kubernetes-gateway/port-not-on-service kubernetes-gateway/listener-on-shared-address"
_TLS = "kubernetes-gateway/certificate-unusable kubernetes-gateway/certificate-passed-over kubernetes-gateway/certificate-not-granted"

_LISTENER = f"""\
spec.listeners|gateway_api|{_LISTENERS}|listeners without a route, for routes to come
spec.listeners[].name||the name that a sectionName of a route asks for
spec.listeners[].hostname|gateway_api|{_LISTENERS}
spec.listeners[].protocol|gateway_api|kubernetes-gateway/protocol-unsupported kubernetes-gateway/listener-conflict
spec.listeners[].allowedRoutes.kinds|gateway_api|kubernetes-gateway/route-kind-unsupported|all kinds of the protocol, as without the list
spec.listeners[].allowedRoutes.namespaces|reference_grants|kubernetes-gateway/from-against-selector kubernetes-route/parent-not-accepting|namespaces without routes, for routes to come
spec.listeners[].tls|gateway_api|{_TLS}
spec.listeners[].tls.options||settings of an implementation, as written; names that Istio doesn't know may be another one's"""

_REQUESTS = f"""\
spec.parentRefs|gateway_api|{_PARENTS}|{_REPEATED}
spec.hostnames|gateway_api|{_NAMES}|{_WIDER}
spec.rules|gateway_api.unserved|{_MATCHES}
spec.rules[].name||NAMING
spec.rules[].matches|gateway_api.competing_routes|{_MATCHES}
spec.rules[].filters|gateway_api|{_FILTERS}
spec.rules[].backendRefs|gateway_api|{_BACKENDS}
spec.rules[].backendRefs[].weight|gateway_api|{_WEIGHTS}|{_SPARE}
spec.rules[].backendRefs[].filters|gateway_api|kubernetes-route/filter-unsupported kubernetes-route/backend-header-replaced|headers of a backend without a share; a header that one backend changes twice; one that is removed and may not be there
spec.rules[].sessionPersistence|gateway_api|kubernetes-route/setting-not-read
spec.useDefaultGateways|gateway_api|kubernetes-route/setting-not-read"""

GATEWAY = "Gateway (gateway.networking.k8s.io)"
"""The kind as rows name it, beside Istio's own Gateway."""

TABLE = {
    "HTTPRoute": f"""\
{_REQUESTS}
spec.rules[].timeouts|gateway_api|kubernetes-route/settings-beside-redirect
spec.rules[].retry|gateway_api|kubernetes-route/settings-beside-redirect""",
    "GRPCRoute": _REQUESTS,
    "TLSRoute": f"""\
spec.parentRefs|gateway_api.connections|{_LAYER4} kubernetes-route/name-of-another-listener|{_REPEATED}
spec.hostnames|gateway_api.connections|{_NAMES} kubernetes-route/name-of-another-listener|names of a route for a Gateway and a Service, which may be for the latter; names that have others in common with one beside them; names at a listener that opens TLS, where the first route takes all
spec.rules|gateway_api.connections|kubernetes-route/rule-never-reached kubernetes-route/rule-without-backend
spec.rules[].name||NAMING
spec.rules[].backendRefs|gateway_api|{_BACKENDS}
spec.rules[].backendRefs[].weight|gateway_api|{_WEIGHTS}|{_SPARE}
spec.useDefaultGateways|gateway_api|kubernetes-route/setting-not-read""",
    "TCPRoute": f"""\
spec.parentRefs|gateway_api.connections|{_LAYER4}|{_REPEATED}
spec.rules|gateway_api.connections|kubernetes-route/rule-never-reached kubernetes-route/rule-without-backend
spec.rules[].name||NAMING
spec.rules[].backendRefs|gateway_api|{_BACKENDS}
spec.rules[].backendRefs[].weight|gateway_api|{_WEIGHTS}|{_SPARE}
spec.useDefaultGateways|gateway_api|kubernetes-route/setting-not-read""",
    GATEWAY: f"""\
spec.gatewayClassName|gateway_api|kubernetes-gateway/unknown-class kubernetes-route/parent-not-served
{_LISTENER}
spec.addresses|gateway_api|kubernetes-gateway/address-unusable kubernetes-gateway/listener-on-shared-address
spec.allowedListeners|gateway_api|listener-set/not-allowed
spec.infrastructure.parametersRef|gateway_api|kubernetes-gateway/parameters-not-found
spec.infrastructure||labels and annotations of what istiod makes for the Gateway, as written
spec.defaultScope||istiod doesn't read it; it is for routes that name no Gateway
spec.tls||certificates of clients and for backends are compared with those that no manifest shows""",
    "ListenerSet": f"""\
spec.parentRef|gateway_api|listener-set/not-allowed
{_LISTENER}""",
    "BackendTLSPolicy": """\
spec.targetRefs|traffic.backend_tls|backend-tls-policy/target-not-found backend-tls-policy/target-of-another-policy backend-tls-policy/tls-to-sidecar
spec.validation.caCertificateRefs|traffic.backend_tls|backend-tls-policy/authority-not-found backend-tls-policy/authority-not-read
spec.validation.wellKnownCACertificates||System, the only value, is what holds without authorities
spec.validation.hostname||the name that is asked for, and compared with a certificate that no manifest shows
spec.validation.subjectAltNames||names are compared with certificates that no manifest shows
spec.options||istiod doesn't read them; they are settings of other implementations""",
    "ReferenceGrant": """\
spec.from|reference_grants|reference-grant/entry-allows-nothing reference-grant/kind-not-read reference-grant/unknown-namespace|namespaces without references, for those to come; kinds of other controllers
spec.to|reference_grants|reference-grant/entry-allows-nothing reference-grant/kind-not-read reference-grant/target-not-found|names of Secrets and ConfigMaps, which controllers may make""",
    "Ingress": """\
spec.ingressClassName|gateways.ingresses|resource/ingress-class-not-found resource/ingress-without-gateway
spec.defaultBackend|gateways.ingress_routes|resource/ingress-part-ignored
spec.rules|gateways.ingress_routes|resource/ingress-part-ignored resource/ingress-path-taken
spec.rules[].http.paths|gateways.ingress_routes|resource/ingress-path-taken resource/ingress-part-ignored resource/ingress-backend-not-found|a wildcard at the end of a path of type Prefix, which clients may ask for as it is written
spec.tls|gateways.ingress_routes|resource/ingress-part-ignored resource/ingress-tls-without-routes resource/ingress-certificate-not-found|an entry that repeats hosts and certificate of another Ingress; hosts without rules, for routes of others""",
}
