"""Frames every HTML page: one file, nothing from outside, and a policy that names its scripts.

The Content-Security-Policy lets nothing in but the styles and scripts whose SHA-256 it holds, so
that text which slipped through as markup would neither run nor load anything.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple, TextIO

from meshctl import __version__
from meshctl.output.page.markup import Markup, text

_STYLE, _SCRIPT = "page.css", "page.js"


class Section(NamedTuple):
    """One part of a page: its anchor, its heading and its markup."""

    id: str
    title: str
    body: Iterable[Markup]


class Page(NamedTuple):
    """A page: its title, lines of text below it, and its sections.

    ``assets`` name further files of this package, ``.css`` or ``.js``.
    """

    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    assets: tuple[str, ...] = ()
    version: str = __version__


def write_page(page: Page, out: TextIO) -> None:
    """Write a page; sections without a body are left out."""
    out.writelines(_written(page))


def _written(page: Page) -> Iterator[Markup]:
    assets = (_STYLE, _SCRIPT, *page.assets)
    styles = [_read(name) for name in assets if name.endswith(".css")]
    scripts = [_read(name) for name in assets if name.endswith(".js")]
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_policy(styles, scripts)}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="referrer" content="no-referrer">\n'
    yield f"<title>{text(page.title)}</title>\n"
    yield from (f"<style>{style}</style>\n" for style in styles)
    yield '</head>\n<body>\n<a class="skip" href="#main">Skip to the content</a>\n<header>\n'
    yield f"<h1>{text(page.title)}</h1>\n"
    yield from (f"<p>{text(line)}</p>\n" for line in page.lead)
    bodies = [(section, "".join(section.body)) for section in page.sections]
    shown = [(section, body) for section, body in bodies if body]
    if len(shown) > 1:
        links = "".join(
            f'<a href="#{section.id}">{text(section.title)}</a>' for section, _ in shown
        )
        yield f'<nav aria-label="Sections">{links}</nav>\n'
    yield '</header>\n<main id="main">\n'
    for section, body in shown:
        yield f'<section id="{section.id}" aria-labelledby="{section.id}-title">\n'
        yield f'<h2 id="{section.id}-title">{text(section.title)}</h2>\n{body}</section>\n'
    yield f"</main>\n<footer>meshctl {text(page.version)}</footer>\n"
    yield from (f"<script>{script}</script>\n" for script in scripts)
    yield "</body>\n</html>\n"


def _read(name: str) -> str:
    return (files("meshctl.output.page") / name).read_text("utf-8")


def _policy(styles: list[str], scripts: list[str]) -> str:
    """Allow the page's own styles and scripts by their hash, and nothing else."""
    return "; ".join((
        "default-src 'none'", f"style-src {_hashes(styles)}", f"script-src {_hashes(scripts)}",
        "base-uri 'none'", "form-action 'none'",
    ))  # fmt: skip


def _hashes(texts: list[str]) -> str:
    digests = (b64encode(sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)
