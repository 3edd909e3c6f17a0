"""Whom policies refuse though the mesh leads them there."""
