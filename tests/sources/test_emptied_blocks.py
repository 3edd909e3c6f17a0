"""A block that loses its only entry takes no addition in the same round."""

from meshctl.yaml.reader import compose
from meshctl.yaml.text_edits import applied
from meshctl.yaml.value_edits import ValueEditor


def test_emptying_touches_what_would_be_added_below() -> None:
    text = "metadata:\n  annotations:\n    old: a  # why\nspec: {}\n"
    root = compose(text)
    assert root is not None
    editor = ValueEditor(text, root)
    emptied = editor.delete(("metadata", "annotations", "old"))
    added = editor.put(("metadata", "annotations", "new"), "b")
    assert emptied.start <= added.start <= emptied.end
    assert applied(text, [emptied]) == "metadata:\n  annotations: {}  # why\nspec: {}\n"
