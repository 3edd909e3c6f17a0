"""Manifests made of a few values, or of what a mesh already says."""
