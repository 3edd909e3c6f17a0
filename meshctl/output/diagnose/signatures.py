"""Lists symptoms with what causes them."""

from collections.abc import Iterable
from typing import TextIO

from meshctl.inspect.diagnose.signatures import Signature


def write_signatures(several: Iterable[Signature], out: TextIO) -> None:
    """List symptoms with their causes and the rules for them."""
    for number, signature in enumerate(several):
        out.write("\n" if number else "")
        out.write(f"{signature.title} ({signature.id})\n")
        for cause in signature.causes:
            out.write(f"  {cause.title}\n")
            out.writelines(f"    {rule}\n" for rule in cause.rules)
    out.write("\n`meshctl diagnose TEXT PATH` says which causes hold\n")
