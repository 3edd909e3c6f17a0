"""What does a Secret say?"""

from meshctl.resources.resource import Resource


class Secret(Resource):
    """A Kubernetes Secret; only its presence matters so far."""
