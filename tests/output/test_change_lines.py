"""The lines of ``diff``: what tells requests apart is shown, and nothing is counted as 0 kinds."""

from meshctl.inspect.trace.requests import make_request
from meshctl.output.changes.lines import _title


def test_headers_tell_requests_to_one_url_apart() -> None:
    plain = make_request("http://reviews:9080/", "a.shop")
    with_header = make_request("http://reviews:9080/", "a.shop", headers={"end-user": "jason"})
    assert "GET http://reviews:9080/ from a.shop" == _title(plain)
    assert "GET http://reviews:9080/ from a.shop with end-user: jason" == _title(with_header)
