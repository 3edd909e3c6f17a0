"""The conditions that istiod writes into the status of the Gateway API's objects."""
