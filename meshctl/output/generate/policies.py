"""Writes planned ALLOW policies: as manifests with their reasons, in lines, or for programs."""

from collections.abc import Iterator
from typing import TextIO

from meshctl.generate.authorization.plan import AuthorizationAnswer, PolicyPlan
from meshctl.output.as_json.texts import json_text
from meshctl.output.data import data_of
from meshctl.words import one_line
from meshctl.yaml.emitter import dumps


def write_policies(answer: AuthorizationAnswer, output: str, out: TextIO) -> None:
    """Write in a format: ``yaml``, ``text`` or ``json``."""
    if output == "json":
        out.write(json_text({"version": 1, **data_of(answer)}, indent=2) + "\n")
    elif output == "text":
        for plan in answer.policies:
            out.write(f"{one_line(f'{plan.namespace}/{plan.service}')}\n")
            out.writelines(f"  {line}\n" for line in _reasons(plan))
        out.writelines(f"{line}\n" for line in _sentences(answer))
    else:
        out.write("---\n".join(_manifest(policy) for policy in answer.policies))
        out.writelines(f"# {line}\n" for line in _sentences(answer))


def _manifest(plan: PolicyPlan) -> str:
    return "\n".join([*(f"# {line}" for line in _reasons(plan)), dumps(dict(plan.manifest))])


def _reasons(plan: PolicyPlan) -> Iterator[str]:
    for caller in plan.callers:
        ports = f" on {', '.join(map(str, caller.ports))}" if caller.ports else ""
        for why in caller.reasons:
            yield one_line(f"{caller.identity}{ports}: {why}")


def _sentences(answer: AuthorizationAnswer) -> Iterator[str]:
    for without_policy in answer.left_alone:
        yield one_line(
            f"left alone: {without_policy.namespace}/{without_policy.service}: {without_policy.why}"
        )
