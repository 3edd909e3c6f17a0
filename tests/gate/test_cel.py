"""A rule and its expression in CEL say the same of every object in the rule's own cases."""

from pathlib import Path

import cel
import pytest
from random_meshes import CASES, live, objects_of

from meshctl.engine.registry import load_all
from meshctl.engine.runner import run
from meshctl.gate.install.policies import admission_policies, exportable
from meshctl.gate.policy import Mode
from meshctl.mesh import Mesh

RULES = exportable(load_all())


def test_there_are_rules_to_export() -> None:
    assert len(RULES) >= 24


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_expression_says_what_the_rule_says(rule) -> None:
    folder: Path = CASES / rule.id.replace("-", "_")
    said = set()
    for file in sorted(folder.rglob("*.yaml")):
        resources = [live(one) for one in objects_of(file)]
        mesh = Mesh(resources, is_whole=True)
        for one in mesh.of(rule.on):
            found = bool(run([rule], mesh, about=[one]).findings)
            fine = cel.evaluate(rule.cel, {"object": one.data})
            assert found is not fine, f"{file.name}: {one.title}"
            said.add(found)
    assert {True, False} == said


def test_policies_are_bound_as_the_mode_says() -> None:
    made = list(admission_policies(RULES, Mode.ENFORCE))
    kinds = {one["kind"] for one in made}
    assert {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"} == kinds
    actions = [one["spec"].get("validationActions") for one in made if "policyName" in one["spec"]]
    assert [["Deny"]] * len(RULES) == actions
