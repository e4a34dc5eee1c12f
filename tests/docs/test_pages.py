"""The documentation holds: links lead somewhere, its commands run, and a backup is restored as it says."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import psycopg
import pytest

from catalog.database.opening import open_database
from catalog.formulas.pcf import parse_formula
from catalog.schema import page as tables_page
from catalog.schema.columns import metadata
from catalog.server.programs import binaries_folder
from tests.helpers.catalogues import content
from tests.helpers.command import formulary, process

PROJECT = Path(__file__).parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """Addresses of the headings of a page, as mkdocs and GitHub make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip()) for heading in headings}


def test_the_formula_of_the_readme_is_a_picture_in_both_modes() -> None:
    from docs.formula import DEPTH, FILE, FORMULA, LIMIT, latex

    text = FILE.read_text("utf-8")
    ElementTree.fromstring(text)
    assert latex(parse_formula(FORMULA), LIMIT, DEPTH) in text
    assert "prefers-color-scheme: dark" in text and "currentColor" in text and "fill: #" not in text
    assert not re.search(r"https?://(?!www\.w3\.org/)|<text|font-family", text)


def test_the_notebooks_are_those_of_their_pages() -> None:
    from docs.notebooks import PAGES, written

    for page in PAGES:
        assert page.with_suffix(".ipynb").read_text("utf-8") == written(page)
        cells = json.loads(written(page))["cells"]
        assert next(cell["source"][0] for cell in cells if cell["cell_type"] == "code") == "import catalog, indexer\n"
        assert all(">>>" not in "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


FUNCTIONS = {"log", "exp", "det", "gcd", "tan", "arctan", "tanh", "coth", "artanh", "erfc", "Li"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_mathematics_is_typeset_without_a_word_that_is_not_known(page: Path) -> None:
    from indexer.pages.mathml import mathml

    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for latex in re.findall(r"\$\$(.+?)\$\$|(?<![\w$])\$(?=\S)([^$\n]+?)(?<=\S)\$(?![\w$])", text, re.DOTALL):
        shown = mathml("".join(latex))
        assert set(re.findall(r'<mi mathvariant="normal">(\w{2,})</mi>', shown)) <= FUNCTIONS | {"PCF"}, latex
        assert "$" not in shown and "\\" not in shown


def test_the_description_for_an_index_leads_to_no_file_beside_it() -> None:
    pytest.importorskip("hatchling")
    from hatch_build import description

    text = description((PROJECT / "README.md").read_text())
    assert re.findall(r"\]\((?!https?://|#)", text) == []
    assert "docs/mathematics.md" in text and text.startswith("# Formulary")
    assert "\n4/π = 1 + 1²/(3 + 2²/(5 + 3²/(7 + …)))\n" in text and "![" not in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in LINK.findall(text):
        if not re.match(r"https?://|mailto:", target):
            file, _, anchor = target.partition("#")
            found = (page.parent / file).resolve() if file else page
            assert found.exists(), f"{page.name} links to {target}"
            assert not anchor or anchor in anchors(found), f"{page.name} links to {target}"


def test_every_page_is_in_the_navigation() -> None:
    navigation = (PROJECT / "mkdocs.yml").read_text()
    named = re.findall(r": (\S+\.md)$", navigation, re.MULTILINE)
    assert sorted(named) == sorted(page.name for page in (PROJECT / "docs").glob("*.md"))


def test_the_page_of_the_tables_is_what_they_are(connection: psycopg.Connection) -> None:
    text = tables_page.FILE.read_text(encoding="utf-8")
    assert text == tables_page.page(connection), "run `python -m catalog.schema.page`"


def test_the_diagram_has_every_table_and_what_refers_to_what() -> None:
    drawn = "\n".join(map(tables_page.diagram, tables_page.groups().values()))
    for table in metadata.tables.values():
        assert f"    {table.name} {{" in drawn
        for key in table.foreign_keys:
            assert f"{table.name} : {key.parent.name}" in drawn


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    for name in ("material", "mkdocstrings"):
        pytest.importorskip(name)
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    assert "erDiagram" in (tmp_path / "site" / "tables" / "index.html").read_text()
    assert "to_pandas" in (tmp_path / "site" / "api" / "index.html").read_text()


FILES = {
    "formulas.txt": 'PCF(n+7, 3n)\nPCF(2n+1, n^2)\n{"a": [8, 1], "b": [0, 3]}\n',
    "results.csv": 'Coefficients,Limit\n"[0, 2, 1, 1, 0, 0]",1.27\n',
    "pcfs.json": "[[[2, 1], [1, 0, 0]]]",
}
"""Files that the recipes read."""


@pytest.mark.parametrize("name", ["tutorial.md", pytest.param("how-to.md", marks=pytest.mark.slow)])
def test_the_commands_of_a_page_run(
    seeded_copy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for file, text in FILES.items():
        (tmp_path / file).write_text(text)
    lines = re.findall(r"^\$ formulary (.+)$", (PROJECT / "docs" / name).read_text(), re.MULTILINE)
    assert len(lines) >= 9
    for line in lines:
        run = process if line.startswith("run ") else formulary
        place = {"FORMULARY_DATABASE_URL": seeded_copy, "FORMULARY_HOME": str(tmp_path)}
        done = run(*shlex.split(line, comments=True), **place)
        assert done.returncode == 0, (line, done.stderr)
        assert "--json" in line or all(len(row) <= 80 for row in done.stdout.splitlines()), line


def test_output_that_is_shown_fits_a_terminal_of_80_columns() -> None:
    for page in (PROJECT / "README.md", PROJECT / "docs" / "tutorial.md"):
        for block in re.findall(r"^```console$(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL):
            wide = [row for row in block.splitlines() if len(row) > 80 and not row.startswith("$")]
            assert not wide, (page.name, wide)


def run_programs(*commands: list[str | Path]) -> None:
    """Run programs of Postgres, one after the other."""
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_dump_is_restored_into_a_new_home(seeded_url: str, tmp_path: Path) -> None:
    programs, dump = binaries_folder(), tmp_path / "formulary.dump"
    if not (programs / "pg_dump").exists():
        pytest.skip("these programs of Postgres have no pg_dump")
    home = str(tmp_path / "home")
    assert process("init", "--home", home).returncode == 0
    address = process("url", "--owner", "--home", home).stdout.strip()
    try:
        run_programs(
            [programs / "pg_dump", "--format=custom", f"--file={dump}", seeded_url],
            [
                *(programs / "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-acl", "--exit-on-error"),
                *(f"--dbname={address}", dump),
            ],
        )
        assert "formulary init" in process("status", "--home", home).stderr
        assert process("init", "--home", home).returncode == 0
        assert content(address) == content(seeded_url)
        reader = process("sql", "select count(*) from formulas", "--home", home)
        assert reader.returncode == 0, reader.stderr
    finally:
        process("server", "stop", "--home", home)


def test_a_dump_is_restored_and_taken_into_use(seeded_url: str, empty_url: str, tmp_path: Path) -> None:
    programs = binaries_folder()
    if not (programs / "pg_dump").exists():
        pytest.skip("these programs of Postgres have no pg_dump")
    dump = tmp_path / "formulary.dump"
    run_programs(
        [programs / "pg_dump", "--format=custom", f"--file={dump}", seeded_url],
        [programs / "pg_restore", "--no-owner", "--no-acl", "--exit-on-error", f"--dbname={empty_url}", dump],
    )
    place = {"FORMULARY_DATABASE_URL": empty_url, "FORMULARY_HOME": str(tmp_path)}
    assert "formulary init" in formulary("status", **place).stderr
    assert formulary("init", **place).returncode == 0
    assert content(empty_url) == content(seeded_url)
    with open_database(empty_url) as database, database.reader() as reader:
        assert reader.execute("select formula from pcf('2n+1', 'n^2')").fetchone() == ("PCF(2n + 1, n^2)",)
    assert formulary("similar", "PCF(2n+1, n^2)", "-k", "1", **place).returncode == 0
