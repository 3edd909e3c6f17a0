"""The steps that every upgrade has, as far as the input shows what there is to upgrade."""

from collections.abc import Iterator

from meshctl.inspect.upgrade.plan import Task
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import WebhookConfiguration, Workload
from meshctl.upgrades.change import Phase
from meshctl.upgrades.facts import platform
from meshctl.upgrades.release import Release, steps
from meshctl.upgrades.upgrade import Upgrade, kubernetes_version
from meshctl.upgrades.written import is_ambient_mesh


def ordinary_tasks(upgrade: Upgrade) -> Iterator[Task]:
    """Walk the steps: Kubernetes first, each release in turn, then what is left to clean up."""
    yield from _kubernetes(upgrade)
    for start, release in steps(upgrade.start, upgrade.target):
        branch = Release(release.minor)
        for title, fix in _step(upgrade, start, release):
            yield Task(Phase.DURING, branch, title, fix)
    yield from _clean_up(upgrade)


def _kubernetes(upgrade: Upgrade) -> Iterator[Task]:
    known = [platform(Release(one.minor)) for _, one in steps(upgrade.start, upgrade.target)]
    oldest = [kubernetes_version(one.oldest_kubernetes) for one in known if one is not None]
    newest = [kubernetes_version(one.newest_kubernetes) for one in known if one is not None]
    lows, highs = [one for one in oldest if one], [one for one in newest if one]
    if not lows:
        return
    low = max(lows)
    first = next(iter(steps(upgrade.start, upgrade.target)))[1]
    release = Release(first.minor)
    if highs and low > min(highs):
        title = "No one version of Kubernetes is supported all the way"
        fix = (
            "Upgrade Kubernetes between the steps: "
            + "; ".join(
                f"1.{one.minor} runs on {each.oldest_kubernetes} to "
                f"{each.newest_kubernetes or 'newer'}"
                for (_, one), each in zip(
                    steps(upgrade.start, upgrade.target), known, strict=True
                ) if each is not None
            ) + "."
        )  # fmt: skip
    else:
        reach = f" to 1.{min(highs)[1]}" if highs else " or newer"
        reach = "" if highs and min(highs) == low else reach
        title = "Kubernetes has to suit every release on the way"
        fix = f"Run Kubernetes 1.{low[1]}{reach} before the first step."
    yield Task(Phase.BEFORE, release, title, fix)


def _step(upgrade: Upgrade, start: Release, release: Release) -> Iterator[tuple[str, str]]:
    name = release.name
    revisions = [revision for revision in upgrade.installation.revisions if revision != "default"]
    if start.minor == release.minor:
        yield f"Upgrade the control plane to {name}", "Upgrade istiod, then what it manages."
    else:
        how = (
            f"beside revision {', '.join(revisions)}" if revisions
            else "in place, or as a new revision beside it"
        )  # fmt: skip
        yield (
            f"Upgrade the control plane to {name}",
            (
                f"Apply the CRDs of {name} (chart base), then install istiod {name} {how}; wait "
                "until `meshctl proxy-status` shows no STALE proxy."
            ),
        )
    if is_ambient_mesh(upgrade):
        yield (
            f"Upgrade ztunnel and the CNI to {name}",
            "Upgrade ztunnel right after istiod, then the CNI, one node after the other.",
        )
    if any(is_gateway(workload) for workload in upgrade.mesh.of(Workload)):
        yield f"Restart the gateways on {name}", "Restart gateways one by one; watch their errors."
    yield (
        f"Restart the pods with sidecars on {name}",
        (
            "Restart the workloads, so that no proxy is more than two releases behind; "
            "`meshctl version` counts them."
        ),
    )


def _clean_up(upgrade: Upgrade) -> Iterator[Task]:
    target = Release(upgrade.target.minor)
    known = upgrade.installation.compatibility
    if known is not None:
        yield Task(
            Phase.AFTER, target, f"compatibilityVersion is {known.text}",
            "Settle what it puts off, then remove it, one release at a time.",
        )  # fmt: skip
    if upgrade.mesh.of(WebhookConfiguration) or upgrade.installation.revisions.keys() - {"default"}:
        yield Task(
            Phase.AFTER, target, "Old revisions are to be removed",
            "Remove the old istiod with its webhooks and ConfigMaps once no proxy is connected to "
            "it: `meshctl proxy-status` names the istiod of each.",
        )  # fmt: skip
    yield Task(
        Phase.AFTER,
        target,
        "The mesh is to be checked once more",
        f"Run `meshctl analyze --cluster` and `meshctl version`; every proxy is of {target.name}.",
    )
