"""What programs and people use directly: the packages' names, formats for other programs, judgement kept apart."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg
import pytest

import catalog
import indexer
from catalog.errors import VersionMismatch
from catalog.formulas.pcf import parse_formula
from catalog.formulas.programs import FORMATS
from tests.helpers.command import formulary, json_of
from tests.helpers.contract import validate

PROJECT = Path(__file__).parents[1]
FORMULAS = ("PCF(2n+1, n^2)", "PCF(-n^2-3n+5, -2n^3+n)", "PCF(7, -1)", "PCF(-n, n)", "PCF(34n^3+51n^2+27n+5, -n^6)")


def convergent(text: str, depth: int) -> Fraction:
    formula = parse_formula(text)
    value = Fraction(formula.a_at(depth))
    for n in range(depth, 0, -1):
        value = formula.a_at(n - 1) + Fraction(formula.b_at(n)) / value
    return value


# Packages


@pytest.mark.parametrize("module", [catalog, indexer], ids=lambda module: module.__name__)
def test_the_packages_examples_hold(module: Any) -> None:
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 2) == (0, True)
    assert (Path(module.__file__).parent / "py.typed").exists()
    assert all(getattr(module, name) is not None for name in module.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = catalog.nothing


@pytest.mark.parametrize("name", ["catalog", "indexer"])
def test_importing_a_package_is_light(name: str) -> None:
    code = f"import sys, {name}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    heavy = {"numpy", "flint", "gmpy2", "faiss", "psycopg", "sqlalchemy", "rich", "pandas", "pyarrow"}
    assert not heavy & set(done.stdout.split())


def test_a_catalogue_is_iterated_queried_and_searched(seeded_url: str, tmp_path: Path) -> None:
    gauss = catalog.parse_formula("PCF(2n+1, n^2)")
    with catalog.Catalogue.open(seeded_url) as opened:
        rows = list(opened)
        assert len(rows) == len(opened) > 250
        assert gauss in opened
        assert catalog.PCF((12345,), (678,)) not in opened
        assert opened.get(gauss)["relation"] == "4/pi"  # type: ignore[index]
        assert opened.find(constant="pi", limit=1)[0]["constant"] == "pi"
        assert opened.query("select count(*) as n from formulas where deg_a = %s", [1])[0]["n"] > 10
        near = indexer.similar(opened, "PCF(2n+1, n^2)", 3)
        assert [hit.constant for hit in near] == ["pi"] * 3
        with pytest.raises(psycopg.Error):
            opened.query("delete from formula")
        pytest.importorskip("pandas")
        frame = opened.to_pandas("select a1, delta from formulas where deg_a = 1")
        assert list(frame.columns) == ["a1", "delta"]


def test_an_empty_database_is_refused(empty_url: str) -> None:
    with pytest.raises(VersionMismatch, match="formulary init"):
        catalog.Catalogue.open(empty_url)


# Formats


@pytest.mark.parametrize("text", FORMULAS)
def test_code_for_sympy_and_sage_gives_the_convergent(text: str) -> None:
    formula = parse_formula(text)
    sympy = pytest.importorskip("sympy")
    names: dict[str, Any] = {}
    exec(FORMATS["sympy"](formula), names)
    assert names["pcf"](6) == sympy.Rational(convergent(text, 6).numerator, convergent(text, 6).denominator)
    names = {"QQ": Fraction}
    exec(FORMATS["sage"](formula).replace("^", "**"), names)  # Sage reads ^ as a power
    assert names["pcf"](6) == convergent(text, 6)


def test_text_for_other_programs() -> None:
    formula = parse_formula("PCF(-2n+1, n^2-n)")
    assert FORMATS["pari"](formula).splitlines()[:2] == ["a(n) = -2*n + 1;", "b(n) = n^2 - n;"]
    assert "a[n_] := -2*n + 1;" in FORMATS["mathematica"](formula)
    assert formulary("show", "PCF(-2n+1, n^2-n)", "--format", "latex").stdout.strip() == formula.latex()


def test_ramanujantools_reads_a_formula() -> None:
    pytest.importorskip("ramanujantools")
    code = (
        "from catalog import parse_formula\n"
        "tools = parse_formula('PCF(2n+1, n^2-3)').to_ramanujantools()\n"
        "print(tools.a_n, '|', tools.b_n)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert done.stdout.strip().splitlines()[-1] == "2*n + 1 | n**2 - 3"


# Judgement


def test_notes_are_shown_with_who_and_when(seeded_copy: str) -> None:
    place = {"FORMULARY_DATABASE_URL": seeded_copy}
    done = formulary("note", "PCF(2n+1, n^2)", "Brouncker had it", "--author", "W. B.", **place)
    assert (done.returncode, done.stdout) == (0, "note 1 by W. B.\n")
    validate(json_of("note", "PCF(n, n)", "of e", **place), "noted")
    shown = json_of("show", "PCF(2n+1, n^2)", **place)
    assert [(note["text"], note["author"]) for note in shown["notes"]] == [("Brouncker had it", "W. B.")]
    assert "Brouncker had it" in formulary("show", "PCF(2n+1, n^2)", **place).stdout
    assert formulary("note", "PCF(2n+1, n^2)", "  ", **place).returncode == 2
    assert formulary("note", "PCF(123n, 7)", "x", **place).returncode == 1


def test_a_rejected_relation_stays_and_the_views_leave_it_out(seeded_copy: str) -> None:
    place = {"FORMULARY_DATABASE_URL": seeded_copy}
    assert formulary("reject", "PCF(2n+1, n^2)", "5/pi", "--reason", "x", **place).returncode == 1
    done = formulary("reject", "PCF(2n+1, n^2)", "4/pi", "--reason", "a test", "--author", "me", "--json", **place)
    assert json.loads(done.stdout) == {"rejected": ["4/pi"], "author": "me"}
    validate(json.loads(done.stdout), "rejected")
    with psycopg.connect(seeded_copy) as connection:
        where = "formula = 'PCF(2n + 1, n^2)'"
        for view in ("identified", "formulas"):
            assert connection.execute(f"select constant from {view} where {where}").fetchall() in ([], [(None,)])  # type: ignore[arg-type]
        assert connection.execute(f"select count(*) from unidentified where {where}").fetchone() == (1,)  # type: ignore[arg-type]
        assert connection.execute(f"select rejected from relations where {where}").fetchall() == [(True,)]  # type: ignore[arg-type]
        assert connection.execute("select reason, author from rejection").fetchall() == [("a test", "me")]
    assert formulary("find", "--constant", "pi", "--degree", "1,2", "--max-complexity", "7", **place).returncode == 1


def test_a_cluster_is_renamed_beside_its_label(seeded_copy: str) -> None:
    with psycopg.connect(seeded_copy) as connection:
        connection.execute(
            "insert into clustering (method, vector_version, state, code_version) values ('test', 1, 'current', '0')"
        )
        connection.execute("insert into cluster (first_clustering_id, label) select id, 'pi' from clustering")
    place = {"FORMULARY_DATABASE_URL": seeded_copy}
    for name in ("one", "Gauss family"):
        assert formulary("rename", "1", name, "--author", "me", **place).returncode == 0
    validate(json_of("rename", "1", "Gauss family", **place), "renamed")
    with psycopg.connect(seeded_copy) as connection:
        found = connection.execute("select label, given_name from clusters").fetchall()
    assert found == [("pi", "Gauss family")]
    assert formulary("rename", "99", "x", **place).returncode == 1


def test_a_notebook_shows_mathematics_and_tables(seeded_url: str) -> None:
    gauss = catalog.parse_formula("PCF(2n+1, n^2)")
    assert gauss._repr_latex_() == f"$\\displaystyle {gauss.latex()}$"
    relation = indexer.identify(gauss).relations[0]
    assert relation._repr_latex_() == r"$\displaystyle L = \frac{4}{\pi} \quad \text{(theorem)}$"
    with catalog.Catalogue.open(seeded_url) as opened:
        shown = opened.query("select '<b>&' as text, null as nothing, 1.5::float8 as number, repeat('9', 99) as long")
        assert "<td>&lt;b&gt;&amp;</td><td></td><td>1.5</td><td>" + "9" * 60 + "…</td>" in shown._repr_html_()
        many = opened.query("select n from generate_series(1, 60) as n")
        assert many._repr_html_().count("<tr>") == 51 and "10 more rows" in many._repr_html_()
        assert opened.find(constant="pi", max_complexity=0)._repr_html_() == "<p>no rows</p>"
        latex = shown._repr_latex_()
        assert latex.startswith(
            "\\begin{tabular}{llll}\ntext & nothing & number & long \\\\\n\\hline\n<b>\\& &  & 1.5 & 9"
        )
        assert opened.find(constant="pi", max_complexity=0)._repr_latex_() == "no rows"
        found = opened.find(constant="pi", limit=3)
        assert "<th>id</th><th>formula</th><th>status</th>" in found._repr_html_()
        assert f"<td>{catalog.PCF(found[0]['a'], found[0]['b'])}</td>" in found._repr_html_()
        assert "PCF(2n + 1, n\\textasciicircum{}2)" in found._repr_latex_() and found[0]["b"] is not None
