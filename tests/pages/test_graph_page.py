"""Can people look around in the picture: choose, zoom, open a namespace, by mouse and keyboard?"""

import io
from pathlib import Path
from typing import Any

import pytest

from meshctl.inspect.graph.picture import Graph
from meshctl.output.graph.write import write_graph
from tests.output.test_graph_pictures import SMALL, many


def page_of(folder: Path, graph: Graph, output: str = "html") -> Path:
    out = io.StringIO()
    write_graph(output, graph, out)
    file = folder / f"graph.{output}"
    file.write_text(out.getvalue())
    return file


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return page_of(tmp_path, SMALL)


def test_the_picture_has_every_node_and_nothing_foreign(tab: Any, small: Path) -> None:
    page = tab.open(small)
    assert len(SMALL.nodes) == tab.shown(".mesh .node[data-node]")
    assert len(SMALL.edges) == page.locator(".mesh .way[data-source]").count()
    assert page.locator("main script, .mesh title *").count() == 0
    assert page.locator("#node-rows tr").count() == len(SMALL.nodes)
    assert tab.is_quiet()


def test_a_click_shows_a_node_with_its_neighbours_and_its_ways(tab: Any, small: Path) -> None:
    page = tab.open(small)
    page.locator(".node[data-node='workload:b/job']").click()
    assert page.locator(".node.chosen").count() == 1
    assert 5 == page.locator(".node.dim").count()
    assert 1 == tab.shown("#way-rows tr")
    assert 1 == tab.shown("#node-rows tr")
    assert "node=workload" in page.url
    page.locator(".node[data-node='workload:b/job']").click()
    assert page.locator(".node.dim").count() == 0
    assert len(SMALL.edges) == tab.shown("#way-rows tr")
    assert tab.is_quiet()


def test_the_keyboard_chooses_too_and_the_address_remembers(tab: Any, small: Path) -> None:
    page = tab.open(small)
    page.locator(".node[data-node='service:cart']").focus()
    page.keyboard.press("Enter")
    assert "true" == page.locator(".node[data-node='service:cart']").get_attribute("aria-pressed")
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    assert page.locator(".node.chosen").get_attribute("data-node") == "service:cart"


def test_tls_filters_the_ways(tab: Any, small: Path) -> None:
    page = tab.open(small)
    page.locator("input[name=tls][value=conflict]").check()
    assert 1 == tab.shown("#way-rows tr")


def test_zooming_changes_the_size(tab: Any, small: Path) -> None:
    page = tab.open(small)
    width = "document.querySelector('.canvas svg').width.baseVal.value"
    before = page.evaluate(width)
    page.get_by_role("button", name="Zoom in").click()
    assert page.evaluate(width) > before
    page.get_by_role("button", name="Fit").click()
    assert page.evaluate(width) <= page.evaluate("document.querySelector('.canvas').clientWidth")


def test_a_namespace_opens_from_the_picture_of_all(tab: Any, tmp_path: Path) -> None:
    page = tab.open(page_of(tmp_path, many(300)))
    assert tab.shown(".canvas .node.namespace") == 7
    assert page.locator("details.part[open]").count() == 0
    page.locator("a:has(.node[data-node='namespace:team-3'])").click()
    page.wait_for_selector("details.part[open]")
    opened = page.locator("details.part[open]")
    assert "team-3" in opened.locator("summary").inner_text()
    assert opened.locator(".node[data-node='service:s3']").is_visible()
    assert tab.is_quiet()


def test_a_picture_by_itself_is_shown(tab: Any, tmp_path: Path) -> None:
    page = tab.open(page_of(tmp_path, SMALL, "svg"))
    box = page.locator(".node[data-node='service:cart'] .box").bounding_box()
    assert box["width"] > 100
    assert tab.is_quiet()
