"""What faults of a route do to requests, as ``trace``, ``routes`` and ``diagnose`` say it."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
import yaml

from meshctl.engine.analyze import load_mesh
from meshctl.inspect.diagnose.answer import Known, diagnose
from meshctl.inspect.routes.answer import answer
from meshctl.inspect.trace.answer import Trace, describe, form, trace
from meshctl.inspect.trace.requests import make_request
from meshctl.inspect.trace.start import follow
from meshctl.mesh import Mesh
from meshctl.mesh.request_path.client_clusters import Wire
from meshctl.mesh.request_path.hops import Hop, Leg, Sending
from meshctl.mesh.request_path.service_endpoints import ServiceEndpoint
from meshctl.mesh.security.tls_connection import ClientTls
from meshctl.mesh.traffic.faults import Abort, Faults
from meshctl.output.routes.schema import routes_schema
from meshctl.output.routes.write import write
from meshctl.output.trace.schema import trace_schema
from meshctl.settings import Settings
from meshctl.sources.loader import Loaded, load
from tests.inspect.depot import DEPOT


def loaded(fault: dict[str, Any], **more: Any) -> Loaded:
    route = {"route": [{"destination": {"host": "stock"}}], "fault": fault, **more}
    service = {
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": {"name": "stock", "namespace": "depot"},
        "spec": {"hosts": ["stock"], "http": [route]},
    }  # fmt: skip
    text = f"{DEPOT}---\n{yaml.safe_dump(service)}"
    return load(["-"], stdin=io.BytesIO(text.encode()))


def mesh_of(fault: dict[str, Any], **more: Any) -> Mesh:
    return load_mesh(loaded(fault, **more), Settings())


def traced(fault: dict[str, Any], **more: Any) -> Trace:
    return trace(mesh_of(fault, **more), make_request("http://stock/", "clerk.depot"), "default")


def percent(value: float) -> dict[str, Any]:
    return {"percentage": {"value": value}}


def test_an_abort_of_all_requests_is_the_answer() -> None:
    found = traced({"abort": {"httpStatus": 503, **percent(100)}})
    assert ("aborted", "FI", 503, False) == (
        found.outcome, found.flag, found.status, found.can_arrive,
    )  # fmt: skip
    assert found.summary == "503 FI by fault injection, at the sidecar of depot/clerk"
    assert ["aborted"] == [hop.outcome for hop in found.hops]
    assert "every request gets 503 (fault)" == found.hops[0].message
    assert () == found.destinations


def test_a_redirect_is_never_given_where_an_abort_answers() -> None:
    route = {"redirect": {"uri": "/new"}, "route": []}
    found = traced({"abort": {"httpStatus": 418, **percent(100)}}, **route)
    assert (418, None) == (found.status, found.redirect)


def test_an_abort_at_a_later_proxy_has_its_place() -> None:
    mesh = mesh_of({"abort": {"httpStatus": 503, **percent(100)}})
    request = make_request("http://stock/", "clerk.depot")
    way = follow(mesh, request, "default")
    before = replace(way, faults=Faults(), sendings=(Sending(None, name="next", legs=(leg(way),)),))
    found = describe(mesh, request, before)
    assert found.summary == "503 FI by fault injection, at the sidecar of depot/clerk"
    partly = replace(way, faults=Faults(Abort(20, 500)))
    before = replace(before, sendings=(Sending(None, name="next", legs=(leg(partly),)),))
    assert describe(mesh, request, before).summary.endswith(
        "; 20 % of the requests get 500 (fault) at the sidecar of depot/clerk"
    )


def leg(hop: Hop) -> Leg:
    return Leg(Wire(ServiceEndpoint("10.0.0.1", 80, {}), ClientTls.PLAINTEXT), next=hop)


def test_a_status_of_grpc_comes_with_200() -> None:
    found = traced({"abort": {"grpcStatus": "UNAVAILABLE", **percent(100)}})
    assert ("aborted", "FI", 200) == (found.outcome, found.flag, found.status)
    assert found.summary.startswith("200 with grpc-status 14 (UNAVAILABLE) FI")


@pytest.mark.parametrize(
    ("fault", "note"),
    [
        ({"abort": {"httpStatus": 503, **percent(10)}}, "10 % of the requests get 503 (fault)"),
        ({"delay": {"fixedDelay": "2s", **percent(100)}}, "every request waits 2s (fault)"),
        ({"delay": {"fixedDelay": "2s", "percent": 5}}, "5 % of the requests wait 2s (fault)"),
    ],
)
def test_what_hits_a_part_or_only_delays_is_a_note(fault: dict[str, Any], note: str) -> None:
    found = traced(fault, timeout="1s")
    assert ("forwarded", None, None) == (found.outcome, found.flag, found.status)
    assert found.summary.endswith(f"; {note}")
    assert found.hops[0].message.endswith(f"; {note}")
    assert "it has fault" in found.hops[0].decided_by[0].message


@pytest.mark.parametrize(
    "fault",
    [
        {"abort": {"httpStatus": 503}},
        {"abort": {"httpStatus": 503, **percent(0)}},
        {"abort": {"httpStatus": 503, **percent(0.00001)}},
        {"abort": {"http2Error": "a", **percent(100)}},
        {"delay": {"fixedDelay": "2s"}},
    ],
)
def test_without_a_percentage_no_request_is_hit(fault: dict[str, Any]) -> None:
    found = traced(fault)
    assert found.summary.startswith("200 possible")
    assert "fault" not in found.summary
    assert "its fault hits no request" in found.hops[0].decided_by[0].message
    assert "fault" not in routes(mesh_of(fault), "json")["mesh"][0]


def test_json_has_the_numbers() -> None:
    found = form(
        traced(
            {
                "abort": {"grpcStatus": "INTERNAL", **percent(10)},
                "delay": {"fixedDelay": "1500ms", **percent(20)},
            }
        )
    )
    import jsonschema  # slow to import

    jsonschema.validate({"version": 1, "traces": [found]}, trace_schema())
    assert found["hops"][0]["abort"] == {"percent": 10, "status": 200, "grpc_status": "INTERNAL"}
    assert found["hops"][0]["delay"] == {"percent": 20, "duration": "1.5s"}
    assert found["hops"][1]["abort"] is None


def routes(mesh: Mesh, output: str) -> Any:
    out = io.StringIO()
    write(answer(mesh, "stock.depot", "default", Settings()), output, out)
    return json.loads(out.getvalue()) if output == "json" else out.getvalue()


def test_routes_show_the_fault_with_the_route() -> None:
    mesh = mesh_of({
        "abort": {"httpStatus": 500, **percent(10)}, "delay": {"fixedDelay": "2s", **percent(100)},
    })  # fmt: skip
    found = routes(mesh, "json")
    import jsonschema  # slow to import

    jsonschema.validate(found, routes_schema())
    assert found["mesh"][0]["fault"] == {
        "abort": {"percent": 10, "status": 500}, "delay": {"percent": 100, "duration": "2s"},
    }  # fmt: skip
    text = "every request waits 2s (fault); 10 % of the requests get 500 (fault)"
    assert text in routes(mesh, "text")


@pytest.mark.parametrize(
    ("symptom", "fault", "state"),
    [
        ("FI", {"abort": {"httpStatus": 503, **percent(100)}}, "confirmed"),
        ("FI", {"abort": {"httpStatus": 503}}, "ruled-out"),
        ("FI", {"delay": {"fixedDelay": "2s", **percent(100)}}, "ruled-out"),
        ("DI", {"delay": {"fixedDelay": "2s", **percent(100)}}, "confirmed"),
        ("DI", {"abort": {"httpStatus": 503, **percent(100)}}, "ruled-out"),
    ],
)
def test_a_fault_explains_its_flag(symptom: str, fault: dict[str, Any], state: str) -> None:
    known = Known(loaded(fault, retries={"attempts": 2}), None, Settings(whole_mesh=True))
    [found] = diagnose(symptom, known).symptoms
    assert [state] == [cause.state for cause in found.causes]
