"""What kustomize says of a kustomization that it can't build, without the layers around it.

Each kustomization on the way wraps what the one below says, and names directories of this machine;
kubectl logs it all with a time. The innermost sentence, with paths as the user wrote them, tells what
to mend, and is the same on every machine.
"""

import os
import re
from pathlib import Path

_LOGGED = re.compile(r'(?:^|\n)E\d{4} [^\n]*? err="([^\n]*)"')
_RECURSED = re.compile(r"recursed accumulation of path '[^']*': ")
_FROM = re.compile(r"accumulating resources from '([^']+)': (?!accumulati)")
_OTHERWISE = "': must build at directory: "
_UNMADE = re.compile(r"couldn't make target for path '[^']*': ")
_POINTERS = re.compile(r"merging from generator &\{[^}]*\}: ")
"""What Go shows of its own memory."""
_OWN_WORDS = (
    (re.compile(r"security; file '([^']+)' is not in or below '([^']+)'"),
     (r"\1 lies outside of \2, and kustomize reads files of other directories only with "
     r"--load-restrictor LoadRestrictionsNone")),
    (re.compile(r'id resid\.ResId\{.*?Kind:"(\w*)".*?\}, Name:"([^"]*)".*?\} does not exist; cannot merge or replace'),
     r"there is no \1 '\2' that could be merged or replaced"),
    (re.compile(r"\S+: '[^']*' must resolve to a file': Get \"([^\"]+)\": .*"), r"\1 needs the network"),
    (re.compile(r"(?:\S+: )?Get \"([^\"]+)\": .*"), r"\1 needs the network"),
    (re.compile(r"(?:loading KV pairs: [^\]]*\]: )?evalsymlink failure on '([^']+)' ?: lstat .*"), r"\1 is not there"),
    (re.compile(r"invalid Kustomization: json: cannot unmarshal (\w+) into Go struct field Kustomization\.(\S+) .*"),
     r"\2 of the kustomization takes no \1"),
)  # fmt: skip
"""What of Go's and kustomize's inner words tells nothing, and what is meant by it."""
_LONGEST = 500


def said(errors: str, directory: Path, shown: str) -> str:
    """Give the innermost sentence of an answer; empty where there is none."""
    logged = _LOGGED.search(errors)
    text = logged[1].replace('\\"', '"') if logged else errors
    text = " ".join(text.split()).removeprefix("Error: ")
    text = _RECURSED.split(text)[-1]
    inner = _FROM.split(text)
    if len(inner) > 1:
        text = f"{inner[-2]}: {inner[-1].split(_OTHERWISE)[0]}"
    text = _POINTERS.sub("", _UNMADE.split(text)[-1])
    text = text.removeprefix("accumulating resources: ")[: 4 * _LONGEST]
    for pattern, meant in _OWN_WORDS:
        text = pattern.sub(meant, text)
    return _without_machine(text, directory, shown)[:_LONGEST]


def _without_machine(text: str, directory: Path, shown: str) -> str:
    """Write paths below a directory as the user named it, and others from here."""
    for path, written in ((os.path.realpath(directory), shown), (os.path.realpath("."), ".")):
        text = text.replace(path, written)
    return text
