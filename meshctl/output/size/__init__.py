"""Writes the answer of ``size``."""
