"""ALLOW policies for those callers alone that are known."""
