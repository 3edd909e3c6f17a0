"""Are values taken and refused as AnnotationValidation of Istio 1.31 does it?"""

import pytest

from meshctl.istio.annotation_values import wrong_value

INTERFACES = "traffic.sidecar.istio.io/kubevirtInterfaces"
INCLUDED = "traffic.sidecar.istio.io/includeInboundPorts"
RANGES = "traffic.sidecar.istio.io/includeOutboundIPRanges"
PORT = "status.sidecar.istio.io/port"
CPU = "sidecar.istio.io/proxyCPU"
DELAY = "readiness.status.sidecar.istio.io/initialDelaySeconds"

TAKEN = [
    *((INTERFACES, one) for one in ("", "eth0", "eth0.1, wg_0", "br-1", "a" * 15)),
    *((INCLUDED, one) for one in ("", "*", "  ", "80, 443", "080")),
    *((RANGES, one) for one in ("", "*", "10.0.0.0/8,fd00::/8", "10.0.0.1/8")),
    *((PORT, one) for one in ("80", " 80 ", "0")),
    *((CPU, one) for one in ("100m", "1.", ".5", "+0.5", "1e3", "Gi", "m", ".", "00.00Gi", "-1")),
    (DELAY, "4294967295"),
]
REFUSED = [
    *((INTERFACES, one) for one in ("80", "é", "-a", "a/b", "  ", "eth0,", "a" * 16, "eth0:1")),
    *((INCLUDED, one) for one in (" *", "80,", "80;81", "http", "65536", "80,*")),
    *((RANGES, one) for one in ("  ", "10.0.0.1", "10.0.0.0/8, 10.1.0.0/16", "10.0/8")),
    *((PORT, one) for one in ("", "http", "-1", "8 0")),
    *((CPU, one) for one in ("", "1gi", "1Mi ", "1e3m", "1.2.3", "٣", "0x1", "1K")),
    *((DELAY, one) for one in ("4294967296", "-1", "1.0", " 1")),
]


@pytest.mark.parametrize(("name", "value"), TAKEN)
def test_taken(name, value) -> None:
    assert "" == wrong_value(name, value)


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_refused(name, value) -> None:
    assert "" != wrong_value(name, value)
