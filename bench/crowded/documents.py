"""Crowds of slips, and of texts and names of unusual length."""

from typing import Any

from crowded.objects import Objects, crowd, filled, service, thing, virtual, workload


@crowd
def one_identity(count: int) -> Objects:
    for i in range(count):
        yield service("web", app=f"web-{i}")


@crowd
def unknown_fields(count: int) -> Objects:
    yield thing("Sidecar", "default", spec={f"field{i}": i for i in range(count)})


@crowd
def misspelt_fields_of_an_object(count: int) -> Objects:
    egress = [{"hosts": [f"./s-{i}"], "captureMod": "NONE"} for i in range(count)]
    yield thing("Sidecar", "default", spec={"egress": egress})


@crowd
def misspelt_subsets(count: int) -> Objects:
    yield service("web")
    yield workload("web", version="v")
    subsets = [{"name": f"version-{i}", "labels": {"version": "v"}} for i in range(count)]
    yield thing("DestinationRule", "web", spec={"host": "web", "subsets": subsets})
    route = [{"destination": {"host": "web", "subset": f"vesrion-{i}"}} for i in range(count)]
    http = [{"match": [{"uri": {"exact": f"/{i}"}}], "route": [one]} for i, one in enumerate(route)]
    yield virtual("web", ["web"], "web", http=http)


@crowd
def identical_objects(count: int) -> Objects:
    for _ in range(count):
        yield service("web", version="1")


@crowd
def alternatives_of_one_object(count: int) -> Objects:
    yield service("web")
    for i in range(count):
        yield virtual("web", [f"h-{i}.example.com"], f"none-{i}", gateways=["entry"])


@crowd
def misspelt_hosts(count: int) -> Objects:
    for i in range(count):
        yield service(f"service-number-{i}")
        yield virtual(f"v-{i}", [f"h-{i}.example.com"], f"servcie-number-{i}")


@crowd
def long_text(count: int) -> Objects:
    yield service("web")
    yield virtual("all", ["web"], "web", http=[{
        "match": [{"uri": {"exact": "/a" * 20 * count}}],
        "headers": {"request": {"set": {"x": "a b " * 20 * count}}},
        "route": [{"destination": {"host": "web"}}],
    }])  # fmt: skip
    yield filled("web", args=["--url=http://web.shop/ " * 10 * count])


@crowd
def long_expression(count: int) -> Objects:
    yield service("web")
    match = [{"uri": {"regex": "/(" + "|".join(f"a{i}" for i in range(count)) + ")/.*"}}]
    http = [{"match": match, "route": [{"destination": {"host": "web"}}]}]
    yield virtual("all", ["web"], "web", http=http)


@crowd
def long_names(count: int) -> Objects:
    yield service("web")
    host = ".".join(["a" * 60] * count)
    yield virtual("all", [host, f"*.{host}", "web." * count], "web")
    yield thing("DestinationRule", "all", spec={"host": f"*.{host}", "exportTo": ["a" * count]})


@crowd
def deep_nesting(count: int) -> Objects:
    value: dict[str, Any] = {"name": "f"}
    for _ in range(min(count, 90)):
        value = {"typed_config": value, "list": [{"a": 1}] * (count // 90)}
    patch = {"applyTo": "HTTP_FILTER", "patch": {"operation": "INSERT_FIRST", "value": value}}
    yield thing("EnvoyFilter", "deep", spec={"configPatches": [patch]})


@crowd
def findings(count: int) -> Objects:
    for i in range(count):
        yield virtual(f"v-{i}", [f"h-{i}.example.com"], f"none-{i}", gatways=["entry"])
