"""Frames the HTML pages of every command."""
