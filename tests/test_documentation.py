"""The documentation holds: links lead somewhere, its commands run, and a backup is restored as it says."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from catalog.database import open_database
from catalog.postgres import binaries_folder
from tests.test_cli import formulary
from tests.test_exchange import content

PROJECT = Path(__file__).parents[1]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """Addresses of the headings of a page, as mkdocs and GitHub make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip()) for heading in headings}


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
    for name in re.findall(r": (\S+\.md)$", navigation, re.MULTILINE):
        assert (PROJECT / "docs" / name).exists(), name


def test_the_commands_of_the_tutorial_run(seeded_copy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = re.findall(r"^\$ formulary (.+)$", (PROJECT / "docs" / "tutorial.md").read_text(), re.MULTILINE)
    assert len(lines) >= 9
    for line in lines:
        done = formulary(*shlex.split(line), FORMULARY_DATABASE_URL=seeded_copy, FORMULARY_HOME=str(tmp_path))
        assert done.returncode == 0, (line, done.stderr)
        assert all(len(row) <= 80 for row in done.stdout.splitlines()), line


def test_a_dump_is_restored_and_taken_into_use(seeded_url: str, empty_url: str, tmp_path: Path) -> None:
    programs = binaries_folder()
    if not (programs / "pg_dump").exists():
        pytest.skip("these programs of Postgres have no pg_dump")
    dump = tmp_path / "formulary.dump"
    for command in (
        [programs / "pg_dump", "--format=custom", f"--file={dump}", seeded_url],
        [programs / "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={empty_url}", dump],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    place = {"FORMULARY_DATABASE_URL": empty_url, "FORMULARY_HOME": str(tmp_path)}
    assert "formulary init" in formulary("status", **place).stderr
    assert formulary("init", **place).returncode == 0
    assert content(empty_url) == content(seeded_url)
    with open_database(empty_url) as database, database.reader() as reader:
        assert reader.execute("select formula from pcf('2n+1', 'n^2')").fetchone() == ("PCF(2n + 1, n^2)",)
    assert formulary("similar", "PCF(2n+1, n^2)", "-k", "1", **place).returncode == 0
