"""Which two reports go through every renderer?"""

from meshctl.engine.report import (
    Frame,
    LocatedFinding,
    Location,
    NotCheckedRule,
    RelatedPlace,
    Report,
    ResourceId,
    Summary,
)
from meshctl.rules.api import Rule, Severity

NETWORKING = "networking.istio.io/v1"
NO_OBJECT = ResourceId("", "", "", "")
BASE_GATEWAY = ResourceId(NETWORKING, "Gateway", "istio-system", "base")
SHOP_GATEWAY = ResourceId(NETWORKING, "Gateway", "istio-system", "shop")
MENU = ResourceId(NETWORKING, "VirtualService", "café", "menü")

ODD_FILE = "routes/menü `a|b` <1>, 100%: x.yaml"
FILES = {
    "gateways/base.yaml": """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: base, namespace: istio-system}
spec:
  selector: {istio: ingress}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: [base.example.com]
    tls: {mode: SIMPLE, credentialName: base}
""",
    "gateways/shop.yaml": """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: istio-system
spec:
  selector:
    istio: ingress
  servers:
  - port:
      number: 443
      name: tcp
      protocol: TCP
    hosts:
    - "*"
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio-injection: enabled
    istio.io/rev: stable
""",
    "generated/mesh.json": '{"items":['
    + ",".join(f'{{"kind":"Service","metadata":{{"name":"s{n}"}}}}' for n in range(12))
    + "]}\n",
    ODD_FILE: (
        "# 料理のルート: one line with wide characters\n"
        "kind: VirtualService\n"
        "spec:\n"
        '  hosts: ["料理.example.com", "menu\u200b.example.com"]\n'
        "  http:\n"
        "  - match:\n"
        "\t- uri: {prefix: `/a|b`}\n"
        "    route:\n"
        "    - destination: {host: e\u0301t\u00e9}\n"
    ),
}


def find(file: str, text: str, until: str = "", path: str = "") -> Location:
    """Locate text in a sample file, or the range from it to the end of another one."""
    source = FILES[file]
    start = source.index(text)
    end = source.index(until, start) + len(until) if until else start + len(text)
    line, column = _line_and_column(source, start)
    end_line, end_column = _line_and_column(source, end)
    lines = source.splitlines()
    first = max(1, line - 3)
    frame = Frame(first, tuple(lines[first - 1 : end_line + 3]))
    return Location(file, line, column, end_line, end_column, path, frame)


def _line_and_column(source: str, offset: int) -> tuple[int, int]:
    return source.count("\n", 0, offset) + 1, offset - source.rfind("\n", 0, offset)


RULES = (
    Rule(
        "document/not-yaml",
        None,
        Severity.ERROR,
        (),
        "0.1.0",
        "A document is not YAML.\n\nNothing in it can be analysed.",
        None,
    ),
    Rule(
        "gateway/port-protocol-conflict",
        None,
        Severity.ERROR,
        ("IST0145", "KIA0301"),
        "0.1.0",
        "Two servers give one gateway port different protocols.\n\n"
        "Envoy opens one listener per workload and port. istiod keeps the first server\n"
        "and drops the others, so their hosts never answer.\n\n"
        "Fix: move a server to another port,\nor give both the same protocol.",
        None,
    ),
    Rule(
        "internal/rule-crashed",
        None,
        Severity.ERROR,
        (),
        "0.1.0",
        "A rule of meshctl failed.\n\nFix: report it with the object that it names.",
        None,
    ),
    Rule(
        "namespace/revision-and-injection-label",
        None,
        Severity.INFO,
        ("IST0123",),
        "0.1.0",
        "A namespace has both injection labels.\n\nFix: remove one of them.",
        None,
    ),
    Rule(
        "service/port-name-missing",
        None,
        Severity.WARNING,
        (),
        "0.1.0",
        "A Service port has no name.\n\nFix: name the port after its protocol.",
        None,
    ),
    Rule(
        "virtual-service/host-not-found",
        None,
        Severity.ERROR,
        ("IST0101",),
        "0.1.0",
        "A route leads to a host that no Service or ServiceEntry has.\n\n"
        "Fix: correct the host, or add the ServiceEntry.",
        None,
    ),
)


def _finding(
    rule: str, message: str, location: Location, resource: ResourceId,
    *related: RelatedPlace, severity: Severity | None = None, fix: str | None = None,
) -> LocatedFinding:  # fmt: skip
    known = next(known for known in RULES if known.id == rule)
    return LocatedFinding(
        rule,
        known.equivalents,
        severity or known.severity,
        message,
        resource,
        location,
        related,
        fix,
        anchor=f"{resource.title} {location.path}",
    )


def clean() -> Report:
    """Nothing found, nothing left out."""
    return Report("1.2.3", (), (), Summary(12, 41, 40, 0, 0, 0, 0), {})


def rich() -> Report:
    """Everything a renderer can meet, ordered as the engine orders it."""
    findings = (*_gateway_findings(), *_generated_findings(), *_odd_findings())
    found = [finding.severity for finding in findings]
    counts = [found.count(level) for level in Severity]
    reasons = (
        NotCheckedRule("virtual-service/host-not-found", "no Service of namespace prod is given"),
        NotCheckedRule("destination-rule/host-not-found", "no Service of namespace prod is given"),
        NotCheckedRule("gateway/secret-not-found", "no Secret of namespace a|b is given"),
        *(
            NotCheckedRule("gateway/selects-no-pod", f"no workload of namespace n{n} is given")
            for n in range(10)
        ),
    )
    summary = Summary(5, 44, 40, counts[0], counts[1], counts[2], 2)
    rules = {rule.id: rule for rule in reversed(RULES)}
    return Report("1.2.3", findings, reasons, summary, rules, crashed=True)


def _gateway_findings() -> tuple[LocatedFinding, ...]:
    file = "gateways/shop.yaml"
    conflict = _finding(
        "gateway/port-protocol-conflict",
        "port 443 already speaks HTTPS; istiod drops this server",
        find(file, "TCP", path="spec.servers[0].port.protocol"),
        SHOP_GATEWAY,
        RelatedPlace(
            "claims the port first, for HTTPS",
            BASE_GATEWAY,
            find("gateways/base.yaml", "HTTPS", path="spec.servers[0].port.protocol"),
        ),
    )
    labels = _finding(
        "namespace/revision-and-injection-label",
        "istiod obeys istio-injection and ignores istio.io/rev",
        find(file, "istio-injection: enabled", "stable", path="metadata.labels"),
        ResourceId("v1", "Namespace", "", "shop"),
        fix="remove istio-injection, since revision stable is meant",
    )
    crashed = _finding(
        "internal/rule-crashed",
        "gateway/server-without-tls failed with KeyError: 'tls'; its findings are missing",
        Location(file, 1, 1, 1, 1, "", None),
        SHOP_GATEWAY,
    )
    return crashed, _whole_gateway(file), conflict, labels


def _whole_gateway(file: str) -> LocatedFinding:
    location = find(file, "selector:", '"*"\n', path="spec")
    return _finding(
        "gateway/port-protocol-conflict",
        "this Gateway never answers",
        location,
        SHOP_GATEWAY,
        severity=Severity.WARNING,
    )


def _generated_findings() -> tuple[LocatedFinding, ...]:
    file = "generated/mesh.json"
    service = ResourceId("v1", "Service", "default", "s9")
    return tuple(
        _finding(
            "service/port-name-missing",
            "the port has no name, so its traffic is plain TCP",
            find(file, text, path="spec.ports[0]"),
            service,
        )
        for text in ('"s1"', '"s9"')
    )


def _odd_findings() -> tuple[LocatedFinding, ...]:
    return (
        _finding(
            "virtual-service/host-not-found",
            "host 料理.example.com | `menu\u200b` is\nunknown to <b>this</b> & *that* mesh",
            find(ODD_FILE, '"料理', '\u200b.example.com"', path="spec.hosts"),
            MENU,
        ),
        _finding(
            "document/not-yaml",
            "a tab \t, ESC \x1b[31m, NUL \x00 and ]]> cannot be here: 50% [of](it) ::error::\r\nlost",
            find(ODD_FILE, "- uri", path=""),
            NO_OBJECT,
            RelatedPlace("the list\nbegins\there", NO_OBJECT, find(ODD_FILE, "- match:")),
        ),
        _finding(
            "virtual-service/host-not-found",
            "host été is unknown",
            find(ODD_FILE, "e\u0301t\u00e9", path="spec.http[0].route[0].destination.host"),
            MENU,
        ),
    )
