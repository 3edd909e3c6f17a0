"""What injection does in which version of Istio.

The templates of Istio 1.20 to 1.31 (manifests/charts/istio-control/istio-discovery/files), compared, and what the change notes of the
releases say of them.
"""

import re
from enum import Enum
from typing import NamedTuple

from meshctl.errors import UsageError
from meshctl.words import quoted

OLDEST, NEWEST = 20, 31
_TEXT = re.compile(r"1\.(\d\d)(?:\.\d+(?:-[\w.]+)?)?")


class Feature(Enum):
    """What some versions do: in words, and the first and the last minor version that does it."""

    JWT_POLICY = "the values choose the policy of tokens", OLDEST, 21
    ZIPKIN = "Zipkin is the default tracer, which a ProxyConfig need not name", OLDEST, 21
    CORE_DUMP = "an init container turns on core dumps", OLDEST, 23
    ISTIO_CNI = "istio_cni of the values says what pilot.cni says later", OLDEST, 23
    NATIVE_DRAIN = "a native sidecar starts to drain when its pod stops", 21, NEWEST
    COMPLIANCE = "the policy of compliance reaches the sidecar", 21, NEWEST
    SHORT_NAMES = "canonical names are cut to 63 characters", 21, NEWEST
    LOCAL_PROBES = "probes follow the policy of inbound traffic", 22, NEWEST
    GATEWAY_IMAGE = "an annotation names the image of a gateway", 23, NEWEST
    OUTLIER_LOG = "the sidecar logs the endpoints that it ejects", 23, NEWEST
    GATEWAY_SECURITY = "the values hold the security context of gateway pods", 23, NEWEST
    NATIVE_ANNOTATION = "an annotation chooses native or classic sidecars", 24, NEWEST
    FORCED_IPTABLES = "rules of iptables may be laid over others", 24, NEWEST
    EMPTY_PORTS = "the CNI plugin is told that no inbound port is led to the sidecar", 25, NEWEST
    GATEWAY_CONTAINERS = "gateways keep the annotations that name a container", 25, NEWEST
    REROUTED_INTERFACES = "an annotation names virtual interfaces", 25, NEWEST
    WORKLOAD_NAME = "a label names the workload", 25, NEWEST
    KEPT_CONTAINERS = "init containers of one's own stay where nothing leads traffic", 26, NEWEST
    JSON_NETWORKS = "networks of Multus are extended in JSON too", 26, NEWEST
    TRUST_BUNDLES = "the root certificate may come from a ClusterTrustBundle", 26, NEWEST
    TRANSPARENT_USER = "TPROXY has the user 1337 on OpenShift too", 27, NEWEST
    NAMED_BUNDLES = "the values name the bundle of root certificates", 27, NEWEST
    NATIVE_BY_DEFAULT = "any word but false means a native sidecar", 27, NEWEST
    REVOCATIONS = "sidecars get the list of revoked certificates", 27, NEWEST
    BARE_SOCKET = "the volume of a gateway's socket names no medium at all", 27, NEWEST
    NFTABLES = "rules may be those of nftables", 27, NEWEST
    SECCOMP = "the values hold the seccomp profile", 28, NEWEST
    DIVISORS = "references to limits name their divisor", 29, NEWEST
    NAMED_REVOCATIONS = "the values name the list of revoked certificates", 29, NEWEST
    NO_NULLS = "a limit or request that the values set to null is left out", 30, NEWEST
    OPEN_TELEMETRY = "spans carry what the pod says of its service", 30, NEWEST
    INIT_IMAGE = "the init container has an image of its own", 31, NEWEST
    SCRAPE_PORT = "a port that metrics can't be at is refused in prometheus.io/port too", 31, NEWEST
    GO_FIPS = "the policy fips-140-3 holds for the agent's own cryptography too", 31, NEWEST
    TRIMMED_NAMES = (
        "canonical names lose all characters that may not stand at their ends",
        31,
        NEWEST,
    )


class Version(NamedTuple):
    """A version of Istio."""

    minor: int
    full: str
    """With a patch, as images are tagged."""

    def has(self, feature: Feature) -> bool:
        """Does the version do this?"""
        _, first, last = feature.value
        return first <= self.minor <= last


def read_version(text: str) -> Version:
    """Read ``1.31`` or ``1.31.2``; raises ``UsageError`` for a version that is not known."""
    match = _TEXT.fullmatch(text)
    if match is None or not OLDEST <= int(match[1]) <= NEWEST:
        raise UsageError(
            f"--istio-version {quoted(text)} is not known; give 1.{OLDEST} to 1.{NEWEST}, or the "
            "templates of your mesh by --inject-config"
        )
    return Version(int(match[1]), text if text.count(".") > 1 else f"{text}.0")
