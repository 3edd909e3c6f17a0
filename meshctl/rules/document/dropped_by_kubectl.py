"""A part of a file is never applied, because kubectl doesn't read that far.

Of the text between two lines of `---` kubectl reads the first document: what follows a `...`, or
a second JSON object in a YAML file, is dropped without a word.

Fix: write `---` on a line of its own before the part that is dropped, or delete the part.
"""

from meshctl.rules.api import Severity, source_rule

check = source_rule(__name__, __doc__, severity=Severity.ERROR, since="0.2.0")
