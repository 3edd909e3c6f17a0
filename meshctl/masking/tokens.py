"""Masks what looks like a key, a token or a password in any text.

The forms are those that their issuers document: PEM (RFC 7468), JWT (RFC 7519), and the prefixes
that code hosts scan for.
"""

import re

from meshctl.lazy_pattern import lazy_pattern

MASK = "***"

_SIGNS = lazy_pattern(
    r"PRIVATE KEY|LS0tLS1CRUdJTi|eyJ|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|[sr]k[_-]"
    r"|AIza|ya29\.|npm_|hvs\.|dop_v1_|earer\s|asic\s|BEARER\s|BASIC\s|://[^\s/@]*@"
)
"""One of them is in every token; most texts have none."""
_TOKENS = lazy_pattern(
    r"""(?P<pem>-----BEGIN\ [A-Z0-9\ ]{0,40}PRIVATE\ KEY-----)
      | (?P<base64>LS0tLS1CRUdJTi(?!BDRVJUSUZJ|BQVUJMSUMg)[A-Za-z0-9+/]{8,}={0,2})
      | (?P<jwt>\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?)
      | (?P<known>\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}\b | gh[pousr]_[A-Za-z0-9]{20,}
        | github_pat_[A-Za-z0-9_]{20,} | glpat-[\w-]{16,} | xox[abeprs]-[\w-]{10,}
        | [sr]k_(?:live|test)_[A-Za-z0-9]{10,} | sk-[A-Za-z0-9_-]{20,} | AIza[\w-]{35}
        | ya29\.[\w-]{20,} | npm_[A-Za-z0-9]{30,} | hvs\.[\w-]{20,} | dop_v1_[a-f0-9]{40,}))
      | (?P<scheme>\b(?:[Bb]earer|BEARER|[Bb]asic|BASIC)\s{1,8})(?P<credentials>[A-Za-z0-9._~+/-]{8,}={0,2})
      | (?P<user>://[^\s/?\#@:]{0,200}:)(?P<password>[^\s/@]+)(?=@)
    """,
    re.VERBOSE,
)
_PEM_END = "-----END"
_PEM_BODY = lazy_pattern(r"(?:[A-Za-z0-9+/=\s]|\\[nrt])*")
_IS_A_WORD = lazy_pattern(r"[A-Za-z]?[a-z]*(?:[./~+-][a-z]+)*")
_VISIBLE = lazy_pattern(r"\S")


def masked(text: str, *, keeps_columns: bool = False) -> str:
    """Write stars for each key, token and password of a URL that a text holds.

    With ``keeps_columns`` each character becomes a star, so that marks below still fit.
    """
    if not _SIGNS.search(text):
        return text
    parts, position = [], 0
    while match := _TOKENS.search(text, position):
        start, end = _extent(text, match)
        parts += [text[position:start], covered(text[start:end], keeps_columns=keeps_columns)]
        position = max(end, match.end())
        if position > end:
            parts.append(text[end:position])
    return "".join((*parts, text[position:]))


def covered(text: str, *, keeps_columns: bool = True) -> str:
    """Write stars for a text, one for each character that is no space."""
    return _VISIBLE.sub("*", text) if keeps_columns else MASK if text else ""


def _extent(text: str, match: re.Match[str]) -> tuple[int, int]:
    """Say which characters are the secret ones; none where it is a word of a sentence."""
    if match["pem"]:
        end = text.find(_PEM_END, match.end())
        body = _PEM_BODY.match(text, match.end())
        return match.end(), end if end >= 0 else body.end() if body else match.end()
    if match["credentials"]:
        is_word = _IS_A_WORD.fullmatch(match["credentials"])
        return (match.end(), match.end()) if is_word else match.span("credentials")
    if match["password"]:
        return match.span("password")
    return match.span()
