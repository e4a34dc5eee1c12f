"""`formulary field`, `unify` and `import arxiv`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.command import formulary, json_of, refused

E_FIELD = {"x": [["1", "-y-1"], ["-1", "x+y+2"]], "y": [["0", "-y-1"], ["-1", "x+y+1"]]}
PUBLISHED = [
    {"a": [1, 2], "b": [0, 0, 1], "limit": "4/pi", "arxiv": ["1907.00205", "math/0211148"]},
    {"a": [6], "b": [1, -4, 4], "limit": "3 + pi", "arxiv": ["1907.00205"]},
    {
        "a": [62, 144, 72],
        "b": [-75, -980, -3428, 288, 13104, 15552, 5184],
        "limit": "75*pi/(18 - 5*pi)",
        "arxiv": "1806.03346",
    },
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "given.json"
    path.write_text(json.dumps(E_FIELD))
    return path


def test_fields_are_listed_without_a_catalogue() -> None:
    found = {field["name"]: field for field in json_of("field", "list", "--no-catalogue")}
    assert {"e", "pi", "zeta3", "3F2(1)", "2F1(-1)"} <= found.keys()
    assert (found["3F2(1)"]["rank"], found["4F3(1)"]["rank"]) == (2, 3)


def test_a_field_is_shown_with_its_matrices() -> None:
    shown = json_of("field", "show", "2F1(-1)", "--no-catalogue")
    assert shown["matrices"]["a0"] == [["2*a0", "-a0*a1"], ["2", "a0 - a1 - b0 + 1"]]
    text = formulary("field", "show", "2F1(-1)", "--no-catalogue").stdout
    assert "( 2*a0   -a0*a1           )" in text


def test_an_own_field_is_added_walked_and_removed(database_url: str, file: Path) -> None:
    at = {"FORMULARY_DATABASE_URL": database_url}
    assert json_of("field", "add", "mine", str(file), **at)["added"]
    assert not json_of("field", "add", "mine", str(file), **at)["added"]
    assert json_of("trajectory", "mine", "1,1", "1,1", **at)["constant"] == "e"
    assert (
        formulary("space", "add", "own", "field mine; direction x in 0..2, y in 0..2; start (1,1)", **at).returncode
        == 0
    )
    template = json_of("space", "list", **at)[0]["template"]
    assert template.startswith('field {"name": "mine"')
    assert json_of("field", "remove", "mine", **at)["removed"]
    assert "there is no field 'mine'" in refused("field", "show", "mine", **at)


def test_a_field_that_is_not_conservative_is_refused_with_axes_and_entry(database_url: str, file: Path) -> None:
    file.write_text(json.dumps(E_FIELD | {"y": [["0", "-y-1"], ["-1", "x+y+3"]]}))
    said = refused("field", "add", "mine", str(file), FORMULARY_DATABASE_URL=database_url)
    assert "the steps x, y and y, x differ in row 1, column 2, by -2*y^2 - 4*y - 2" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("field", "show", "nonsense", "--no-catalogue"), "there is no field 'nonsense'"),
        (("field", "add", "pi", "FILE"), "the field pi is known by its name"),
        (("field", "add", "3F2(1)", "FILE"), "is known by its name"),
        (("field", "add", "mine", "/nonexistent"), "no such file"),
        (("unify", "--field", "nonsense"), "there is no field 'nonsense'"),
        (("unify", "--field", "4F3(1)"), "has rank 3"),
        (("import", "arxiv", "/nonexistent"), "there is no file"),
    ],
)
def test_what_cannot_be_used_is_refused(database_url: str, file: Path, arguments: tuple[str, ...], said: str) -> None:
    given = [str(file) if argument == "FILE" else argument for argument in arguments]
    assert said in refused(*given, FORMULARY_DATABASE_URL=database_url)


def test_formulas_of_the_literature_are_imported_and_unified(database_url: str, tmp_path: Path) -> None:
    at = {"FORMULARY_DATABASE_URL": database_url}
    path = tmp_path / "forms.jsonl"
    bad = ['{"a": [1]}', '{"a": [1, 2], "b": [1], "arxiv": ["x"]}', "[1]",
           json.dumps({"a": [2, 2], "b": [0, 0, 1], "limit": "pi", "arxiv": ["1907.00205"]})]  # fmt: skip
    path.write_text("\n".join([*map(json.dumps, PUBLISHED), *bad]))
    done = formulary("import", "arxiv", str(path), "--workers", "1", **at)
    assert (done.returncode, done.stdout) == (2, "4 added, 0 known, 3 refused\n")
    assert "line 4: arxiv is a list" in done.stderr and "line 5: 'x' is no number on arXiv" in done.stderr
    assert "line 7: the stated limit pi is not that of PCF(2n + 2, n^2)" in done.stderr
    sources = json_of("show", "PCF(2n+1, n^2)", **at)["sources"]
    assert [(s["paper"], s["link"]) for s in sources] == [
        ("arXiv 1907.00205", "https://arxiv.org/abs/1907.00205"),
        ("arXiv math/0211148", "https://arxiv.org/abs/math/0211148"),
    ]
    found = json_of("unify", "--source", "arXiv", "--field", "2F1(-1)", quiet=False, **at)
    assert (found["formulas"], found["formulas_placed"], found["published"], found["published_placed"]) == (4, 2, 5, 3)
    assert [row["formula"][:10] for row in found["outside"]] == ["PCF(72n^2 ", "PCF(2n + 2"]
    again = json_of("unify", "--source", "arXiv", "--field", "2F1(-1)", quiet=False, **at)
    assert (again["formulas_placed"], again["new"]) == (2, 0)
    shown = json_of("show", "PCF(2n+1, n^2)", **at)["representations"]
    assert shown[0]["field"] == "2F1(-1)" and len(shown[0]["map"]) == 4


def test_a_trajectory_of_rank_3_is_stored_with_its_limits(database_url: str) -> None:
    at = {"FORMULARY_DATABASE_URL": database_url}
    walked = json_of("trajectory", "3F2(-1)", "1,1,1,2,2", "1,1,1,2,2", "--add", quiet=False, **at)
    assert walked["status"] == "recurrence" and walked["rate"] == pytest.approx(4.8120598, abs=1e-6)
    (stored,) = json_of("field", "show", "3F2(-1)", **at)["trajectories"]
    assert stored["rate"] == walked["rate"] and stored["formula"].startswith("Recurrence[")
    first, second = stored["limits"]
    assert first["limit_value"] == walked["limit"]["values"][0] and first["bound_kind"] == "agreement"
    assert (first["expression"], first["proof"]) == (
        "(-60 + 72*log(2) + pi^2)/(-396 + 372*log(2) + 14*pi^2)",
        "verified",
    )
    assert first["delta_depth"] == 120 and second["delta"] is None


def test_a_trajectory_is_stored_with_its_formula_and_a_singular_one_without(database_url: str) -> None:
    at = {"FORMULARY_DATABASE_URL": database_url}
    json_of("trajectory", "2F1(-1)", "1,1,2", "--add", quiet=False, **at)
    shown = json_of("show", "PCF(6n + 9, -n^2 - 2n - 1)", **at)
    (own,) = shown["representations"]
    assert (own["folds"], own["direction"]) == (None, [1, 1, 2]) and own["delta_limit"] == pytest.approx(
        0.276, abs=1e-3
    )
    assert shown["relations"][0]["constant"] == "log(2)"
    singular = json_of("trajectory", "3F2(1)", "2,1,1,2,2", "--add", code=1, **at)
    assert singular["status"] == "singular"
    (stored,) = json_of("field", "show", "3F2(1)", **at)["trajectories"]
    assert stored["status"] == "singular" and stored["formula"] is None
