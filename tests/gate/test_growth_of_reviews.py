"""What a review looks at grows with what is around its object, and not with its square."""

import json
from pathlib import Path

import pytest

from meshctl.gate.by_hand import answers
from meshctl.gate.policy import Answering
from meshctl.settings import Settings
from meshctl.sources.loader import load
from tests.crowds import crowds
from tests.engine.test_growth import MOST, calls, exponent

SIZES = (80, 160, 320)
"""More than the neighbours that are looked at, fewer than make a neighbourhood too large."""
REVIEWED = (
    ("policies-of-one-label", "AuthorizationPolicy"),
    ("policies-of-one-label", "Deployment"),
    ("peer-authentications-of-one-label", "PeerAuthentication"),
    ("services-and-pods-of-one-label", "Service"),
    ("rules-of-one-host", "DestinationRule"),
    ("service-entries-of-one-host-and-port", "ServiceEntry"),
    ("gateways-with-a-port-each", "Service"),
)
"""Crowds, each with the kind of the object that comes last."""


@pytest.mark.parametrize(("crowd", "kind"), REVIEWED)
def test_a_review_grows_with_the_crowd_around_its_object(
    crowd: str, kind: str, tmp_path: Path
) -> None:
    there, new = tmp_path / "there.yaml", tmp_path / "new.yaml"
    counts = []
    for size in (SIZES[0], *SIZES):  # once before, for what is imported and kept
        objects = list(crowds.CROWDS[crowd](size))
        last = [one for one in objects if one["kind"] == kind][-1]
        there.write_text("\n---\n".join(json.dumps(one) for one in objects if one is not last))
        new.write_text(json.dumps(last))
        live, files = load([str(there)]), load([str(new)])
        counts.append(
            calls(lambda live=live, files=files: [*answers(live, files, Settings(), Answering())])
        )
    assert exponent(counts[1:]) <= MOST
