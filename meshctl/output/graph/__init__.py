"""Writes pictures of the mesh."""
