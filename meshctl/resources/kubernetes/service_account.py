"""What does a ServiceAccount say?"""

from meshctl.resources.resource import Resource


class ServiceAccount(Resource):
    """A Kubernetes ServiceAccount: the identity of pods."""
