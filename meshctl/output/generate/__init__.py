"""Writes generated manifests."""
