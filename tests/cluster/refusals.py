"""What is said where no cluster is reached?"""

from typing import Any

import pytest

from meshctl.cluster.api import Access, ClusterError
from meshctl.cluster.kubeconfig import connect_to


def refusal(**access: Any) -> str:
    with pytest.raises(ClusterError) as caught:
        connect_to(Access(**access))
    return str(caught.value)
