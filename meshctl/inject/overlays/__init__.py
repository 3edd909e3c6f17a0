"""What does injection add to pods? Overlays: from the text of templates, or built in."""
