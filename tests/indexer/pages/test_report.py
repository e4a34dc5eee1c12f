"""The report: mathematics without network, one file with everything in it, and a browser that opens it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.image import imread

from catalog.constants.library import library
from catalog.formulas.pcf import PCF
from catalog.store.figures import PlanePoints
from catalog.store.report import Report
from indexer.laws.checkerboard import SORTS, Board
from indexer.pages.mathml import mathml
from indexer.pages.report import page
from indexer.pages.typeset import expression, label, relation
from tests.helpers.command import SENTENCE, formulary

LARGEST = 2_000_000
"""Bytes of a page."""

VOID = {"meta", "link", "br", "img", "hr", "input"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
NOTHING = PlanePoints(np.zeros(0), np.zeros(0), np.zeros(0, np.int64), [])


class Page(HTMLParser):
    """What a page has: tags that match, ids, and what it refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "xlink:href", "srcset", "action", "data"):
                self.references.append(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(text: str) -> Page:
    """The page, after a look at what every report must be."""
    found = Page(text)
    assert len(text.encode()) < LARGEST
    assert [id for id, count in Counter(found.ids).items() if count > 1] == []
    assert all(reference.startswith("#") for reference in found.references)
    assert {reference[1:] for reference in found.references} <= set(found.ids)
    outside = re.sub(r'xmlns(?::\w+)?="[^"]*"', "", text)
    assert not re.search(r"https?://|@import|<script|url\((?!#)", outside)
    assert found.tags["h1"] == found.tags["main"] == 1
    assert found.tags["caption"] == found.tags["table"]
    return found


# Mathematics


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\frac{4}{\pi - 2}", "<mfrac><mn>4</mn><mrow><mi>π</mi><mo>−</mo><mn>2</mn></mrow></mfrac>"),
        (r"e^{\frac{1}{2}}", "<msup><mi>e</mi><mrow><mn>1</mn><mo>/</mo><mn>2</mn></mrow></msup>"),
        (r"\frac{e^{\frac{1}{2}}}{2}", "</mrow></msup><mn>2</mn></mfrac>"),
        (r"e^{2}", "<msup><mi>e</mi><mn>2</mn></msup>"),
        (r"\sqrt{\frac{5}{2}}", "<msqrt><mrow><mn>5</mn><mo>/</mo><mn>2</mn></mrow></msqrt>"),
        (r"\sqrt[3]{2}", "<mroot><mn>2</mn><mn>3</mn></mroot>"),
        (r"\Gamma\left(\frac{1}{3}\right)^{3}", '<msup><mrow><mo stretchy="true">(</mo>'),
        (
            r"f\left(1, -k\right)",
            '(</mo><mn>1</mn><mo>,</mo><mo form="prefix">−</mo><mi>k</mi><mo stretchy="false">)</mo>',
        ),
        (r"a - 1", "<mi>a</mi><mo>−</mo><mn>1</mn>"),
        (r"{}_0F_1", "<msub><mrow></mrow><mn>0</mn></msub><msub><mi>F</mi><mn>1</mn></msub>"),
        (r"\mathop{\mathrm{K}}_{n=1}^{\infty}", '<munderover><mi mathvariant="normal">K</mi>'),
        (r"\in \mathrm{PGL}_2(\mathbb{Q})", "<mi>ℚ</mi>"),
        (r"A + r - s \text{ even}", "<mtext>\N{NO-BREAK SPACE}even</mtext>"),
        (r"\operatorname{agm}", '<mi mathvariant="normal">agm</mi>'),
        ("a < b & c", "<mo>&lt;</mo>"),
    ],
)
def test_latex_becomes_mathml(latex: str, expected: str) -> None:
    assert expected in mathml(latex)


@pytest.mark.parametrize(
    "latex", ["{", r"\frac{1}", r"\left(", "^", "}", r"\sqrt[", r"\mathrm{", r"\left( x \right", ""]
)
def test_broken_latex_is_still_well_formed(latex: str) -> None:
    ElementTree.fromstring(mathml(latex))


def test_every_constant_and_family_can_be_typeset() -> None:
    texts = [constant.latex for constant in library()]
    texts += [Board(sort, constant, 9, 9, 9, 9, "t").latex() for sort in SORTS for constant in ("pi", "1")]
    texts += [PCF((1, 2, -3), (0, 0, 5)).latex()]
    for latex in texts:
        shown = mathml(latex)
        ElementTree.fromstring(shown)
        assert "\\" not in shown and "{" not in shown


def test_what_is_no_mathematics_is_shown_as_text() -> None:
    assert expression("PCF(n, 1) <") == "<code>PCF(n, 1) &lt;</code>"
    assert label("unnamed-17") == "unnamed-17"
    assert label(None) == "no label"
    assert label("pi").startswith("<math>")


def test_a_quotient_is_written_once() -> None:
    shown = relation("(2 - besseli(1, 2)/besseli(0, 2))/(besseli(1, 2)/besseli(0, 2))", "besseli(1, 2)/besseli(0, 2)")
    assert shown.count("<mi>I</mi>") == 2
    assert "<mi>v</mi><mo>=</mo>" in shown


# The page


def test_a_page_of_an_empty_catalogue_says_what_to_do() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    nowhere = (np.zeros(0, np.int64), np.zeros((0, 2)))
    empty = Report(now, [], [], [], [], [], [], NOTHING, nowhere, (np.zeros((0, 1)), nowhere[0], {}), ([], []))
    text = page(empty, "A <small> one")
    checked(text)
    assert "A &lt;small&gt; one" in text
    for command in ("formulary cluster build", "formulary family find"):
        assert command in text


@pytest.fixture(scope="module")
def report(
    sample_catalogue: dict[str, str],
    sample_clustering: dict[str, object],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    done = formulary("report", "-o", str(file), "--title", "Our formulas", **sample_catalogue)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return file


def test_a_report_is_one_file_with_everything_in_it(report: Path) -> None:
    found = checked(report.read_text(encoding="utf-8"))
    assert found.tags["svg"] >= 4
    assert found.tags["math"] > 20
    assert found.tags["table"] >= 4


def test_formulas_are_links_to_their_pages_where_there_is_a_site(
    sample_catalogue: dict[str, str], tmp_path: Path
) -> None:
    for site in ("http://localhost:8000", "http://localhost:8000/"):
        done = formulary("report", "-o", str(tmp_path / "r.html"), "--site", site, **sample_catalogue)
        assert done.returncode == 0, done.stderr
        links = [at for at in Page((tmp_path / "r.html").read_text(encoding="utf-8")).references if at[0] != "#"]
        assert links
        assert all(re.fullmatch(r"http://localhost:8000/pcf/-?\d+(,-?\d+)*/-?\d+(,-?\d+)*", link) for link in links)
    done = formulary("report", "-o", str(tmp_path / "r.html"), "--site", "javascript:alert(1)", **sample_catalogue)
    assert done.returncode == 2
    assert "is no address of a site" in done.stderr


def test_an_empty_catalogue_has_a_report_and_no_pictures(database_url: str, tmp_path: Path) -> None:
    place = {"FORMULARY_DATABASE_URL": database_url, "FORMULARY_HOME": str(tmp_path)}
    done = formulary("report", "-o", str(tmp_path / "r.html"), **place)
    assert done.returncode == 0, done.stderr
    checked((tmp_path / "r.html").read_text(encoding="utf-8"))
    for what in (("delta", "q_eta"), ("growth",), ("clusters",)):
        done = formulary("plot", *what, "-o", str(tmp_path / "p.png"), **place)
        assert done.returncode == 1
        assert SENTENCE.fullmatch(done.stderr)
        assert "yet; " in done.stderr


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("report.pdf", "the report is written as html; give a name such as report.html"),
        ("/nonexistent/r.html", "cannot write"),
    ],
)
def test_bad_names_are_refused(file: str, words: str, sample_catalogue: dict[str, str]) -> None:
    done = formulary("report", "-o", file, **sample_catalogue)
    assert (done.returncode, done.stdout) == (2, "")
    assert SENTENCE.fullmatch(done.stderr)
    assert words in done.stderr


@pytest.mark.skipif(BROWSER is None, reason="needs chromium or chrome")
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_browser_shows_it_without_network(mode: str, report: Path, tmp_path: Path) -> None:
    picture = tmp_path / "page.png"
    browse(
        report, tmp_path, f"--screenshot={picture}", "--window-size=1000,1400", *["--force-dark-mode"][: mode == "dark"]
    )
    pixels = imread(picture)[..., :3]
    ground = pixels[5, 5]
    assert (ground < 0.2).all() if mode == "dark" else (ground > 0.95).all()
    assert 0.01 < (np.abs(pixels - ground).max(axis=2) > 0.3).mean() < 0.6  # something stands out from the ground


@pytest.mark.skipif(BROWSER is None, reason="needs chromium or chrome")
def test_a_browser_prints_it(report: Path, tmp_path: Path) -> None:
    file = tmp_path / "page.pdf"
    browse(report, tmp_path, f"--print-to-pdf={file}", "--no-pdf-header-footer")
    assert file.read_bytes().startswith(b"%PDF")


def browse(page_file: Path, folder: Path, *options: str) -> None:
    """Open a page in a headless browser that finds no host."""
    assert BROWSER is not None
    quiet = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}",
    ]
    offline = "--host-resolver-rules=MAP * ~NOTFOUND"
    done = subprocess.run(
        [BROWSER, *quiet, offline, *options, page_file.as_uri()], capture_output=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]
