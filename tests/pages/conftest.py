"""What do tests of pages share? A headless Chromium, and what it complained of."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


class Opened(NamedTuple):
    """A page in the browser, with every complaint of it and every address it asked for."""

    page: Any
    complaints: list[str]
    asked: list[str]

    def open(self, file: Path, hash_: str = "") -> Any:
        self.page.goto("about:blank")
        self.page.goto(f"{file.as_uri()}{hash_}")
        return self.page

    def shown(self, selector: str) -> int:
        return self.page.locator(f"{selector}:visible").count()

    def is_quiet(self) -> bool:
        outside = [one for one in self.asked if not one.startswith(("file:", "about:"))]
        assert ([], []) == (self.complaints, outside)
        return True


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium of the system; without one, pages are not tested, and pytest -rs says so."""
    if CHROMIUM is None:
        pytest.skip("no chromium is installed (apt-get install chromium): pages are NOT TESTED")
    sync = pytest.importorskip(
        "playwright.sync_api", reason="no playwright is installed: pages are NOT TESTED"
    )
    with sync.sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=CHROMIUM, args=list(FLAGS), chromium_sandbox=False
        )
        yield started
        started.close()


@pytest.fixture
def tab(browser: Any) -> Iterator[Opened]:
    """A fresh tab in light colours."""
    context = browser.new_context(
        viewport={"width": 1200, "height": 900}, color_scheme="light", offline=True
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append("a dialog"), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    yield Opened(page, complaints, asked)
    context.close()
