"""What changes for the users of a mesh between releases of Istio, and whom it concerns."""
