"""Writes the sizes of proxies as one HTML file, with the plot in it and nothing from outside."""

from html import escape
from typing import TextIO

from meshctl.inspect.size.answer import SizeAnswer
from meshctl.output.size.plot import svg_plot
from meshctl.output.size.text import COLUMNS, cells, sentences
from meshctl.words import visible

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:right}"
    "td:first-child,th:first-child{text-align:left}tr:nth-child(even){background:#f3f5f8}"
    "svg{width:100%;height:auto}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_html(answer: SizeAnswer, out: TextIO) -> None:
    """Write a page; every text of the mesh is escaped, and no script is in it."""
    out.write(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>Sizes of proxies</title><style>{_STYLE}</style></head><body>"
        "<h1>Sizes of proxies</h1>"
    )
    out.write("".join(f"<p>{_text(line)}</p>" for line in sentences(answer)))
    out.write(svg_plot(answer.proxies, answer.model))
    out.write(f"<table><thead><tr>{_row('th', COLUMNS)}</tr></thead><tbody>")
    out.writelines(f"<tr>{_row('td', cells(proxy))}</tr>" for proxy in answer.proxies)
    out.write("</tbody></table></body></html>\n")


def _row(tag: str, texts: tuple[object, ...]) -> str:
    return "".join(f"<{tag}>{_text(str(text))}</{tag}>" for text in texts)


def _text(text: str) -> str:
    return escape(visible(text))
