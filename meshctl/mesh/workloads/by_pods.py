"""Files values under the pods that a host's selector picks, and finds them by workload.

Pods that the same selectors pick share one answer, so that what many hosts and many pods have in
common is listed once.
"""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from meshctl.mesh.core.selectors import SelectorIndex
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Service, Workload

T = TypeVar("T")


class ByPods(Generic[T]):
    """Values by the workloads behind the hosts that they are about, in filing order."""

    def __init__(self, workloads: Workloads) -> None:
        self._workloads = workloads
        self._by_namespace: dict[str, SelectorIndex[T]] = {}

    def add(self, host: RegisteredHost, value: T) -> None:
        """File a value under a host; one without a selector has no workloads."""
        selector = selector_of(host)
        if selector:
            home = host.source.namespace
            self._by_namespace.setdefault(home, SelectorIndex()).add(selector, value)

    def of(self, workload: Workload) -> Sequence[T]:
        """Find the values of all hosts that a workload is behind."""
        index = self._by_namespace.get(workload.namespace)
        if index is None or not self._workloads.is_endpoint(workload):
            return ()
        return index.find(workload.pod_labels)


def selector_of(host: RegisteredHost) -> Mapping[str, str]:
    """The labels by which a host selects its pods; without any it selects none."""
    source = host.source
    return source.selector if isinstance(source, Service) else source.workload_selector
