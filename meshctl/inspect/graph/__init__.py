"""Draws the mesh as nodes and edges: routing, TLS, authorization, egress."""
