"""Overlays, which add to pods what injection adds: from templates, or built in."""
