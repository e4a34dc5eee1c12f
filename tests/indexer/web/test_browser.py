"""The site in a real browser: what a visitor does, light, dark and on a phone, with no script and no complaint."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpers import PROJECT

playwright = pytest.importorskip("playwright.sync_api")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs chromium; Debian: apt-get install chromium")


@pytest.fixture(scope="module")
def address(seeded_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site that `formulary serve` serves in a process of its own."""
    home = tmp_path_factory.mktemp("home")
    environment = {"FORMULARY_DATABASE_URL": seeded_url, "FORMULARY_HOME": str(home), "PYTHONPATH": str(PROJECT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "indexer.cli.main", "serve", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    assert said.startswith("serving "), said
    yield said.partition(" at http://")[2].partition("/;")[0]
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=60)[1]
    assert (process.returncode, rest.strip()) == (130, "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless browser."""
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console says, and requests that fail or leave this machine."""
    return []


def visit(browser: Any, address: str, complaints: list[str], **settings: Any) -> Any:
    """A page of a new visitor, opened at the site's first page."""
    context = browser.new_context(base_url=f"http://{address}", **settings)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url) if _failed(request) else None)
    page.on("request", lambda request: complaints.append(request.url) if f"//{address}/" not in request.url else None)
    page.goto("/")
    return page


def _failed(request: Any) -> bool:
    """Whether a request went wrong; those that the browser gave up, as the visitor went on, did not."""
    return request.failure != "net::ERR_ABORTED"


def test_a_visitor_searches_a_number_and_follows_a_relative(browser: Any, address: str, complaints: list[str]) -> None:
    page = visit(browser, address, complaints, java_script_enabled=False)
    page.get_by_role("searchbox").or_(page.locator("input[name=q]")).first.fill("1.2732395447351626861510701069801148")
    page.get_by_role("button", name="Find").click()
    assert page.locator("h1").inner_text() == "What is this number?"
    page.locator("table a").first.click()
    assert page.locator("h1").inner_text().startswith("PCF(")
    first = page.url
    page.locator("table a").first.click()
    assert page.url != first and "/pcf/" in page.url
    page.go_back()
    page.get_by_role("link", name="The proof, step by step").click()
    assert page.locator("h1").inner_text().startswith("Proof of")
    assert complaints == []


def test_a_cell_of_the_map_leads_to_its_formulas(browser: Any, address: str, complaints: list[str]) -> None:
    page = visit(browser, address, complaints, java_script_enabled=False)
    page.get_by_role("link", name="Map").click()
    page.locator("figure.map a").first.click()
    assert page.locator("h1").inner_text() == "Formulas"
    assert page.locator("tbody tr").count() > 0
    assert "min_growth=" in page.url
    assert complaints == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_pages_follow_the_mode_of_the_visitor(mode: str, browser: Any, address: str, complaints: list[str]) -> None:
    page = visit(browser, address, complaints, color_scheme=mode)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 29)"}[mode]
    page.goto("/pcf/1,2/0,0,1")
    page.locator("img").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('img').naturalWidth > 0")
    assert complaints == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/formulas",
        "/pcf/1,2/0,0,1",
        "/constant/pi",
        "/families",
        "/fields",
        "/map",
        "/reliability",
        "/status",
        "/api",
    ],
)
def test_a_page_fits_a_phone(path: str, browser: Any, address: str, complaints: list[str]) -> None:
    page = visit(browser, address, complaints, viewport={"width": 360, "height": 740})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []
