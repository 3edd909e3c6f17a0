"""Finds the user that OpenShift gives to sidecars (pkg/kube/inject/openshift.go)."""

from collections.abc import Mapping

from meshctl.inject.pod.containers import Object, find_in_pod
from meshctl.istio.names import INIT_CONTAINER, PROXY_CONTAINER, VALIDATION_CONTAINER
from meshctl.words import whole_number

DEFAULT_USER = 1337
_USERS = "openshift.io/sa.scc.uid-range"
_GROUPS = "openshift.io/sa.scc.supplemental-groups"


def user_and_group(annotations: Mapping[str, str]) -> tuple[int, int]:
    """The last of the users and of the groups that belong to a namespace."""
    group = annotations.get(_GROUPS, "").partition(",")[0]
    return _last(annotations.get(_USERS, "")), _last(group)


def _last(text: str) -> int:
    """Read ``FIRST/COUNT`` or ``FIRST-LAST``."""
    first, count = map(whole_number, text.partition("/")[::2])
    if first is not None and count is not None:
        return first + count - 1
    last = whole_number(text.partition("-")[2])
    return DEFAULT_USER if last is None else last


def forget_shared_user(pod: Object) -> None:
    """Drop the sidecar's user where it is the application's: traffic would bypass the sidecar."""
    sidecar = find_in_pod(PROXY_CONTAINER, pod)
    security = (sidecar or {}).get("securityContext")
    if security is None:
        return
    own = {PROXY_CONTAINER: 0, "": 0}
    for container in pod["spec"].get("containers") or []:
        user = (container.get("securityContext") or {}).get("runAsUser")
        if user is not None and container["name"] not in {INIT_CONTAINER, VALIDATION_CONTAINER}:
            own[PROXY_CONTAINER if container["name"] == PROXY_CONTAINER else ""] = user
    if own[PROXY_CONTAINER] == own[""]:
        security.pop("runAsUser", None)
        security.pop("runAsGroup", None)
