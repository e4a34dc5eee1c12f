from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flint import fmpz_poly

from catalog.formulas.pcf import PCF, parse_formula
from indexer.mathematics.equivalence.decision import relate
from indexer.mathematics.proofs.arithmetic import Quadratic, Refused, number
from indexer.mathematics.proofs.certificate import Certificate, equivalence_step, normal, ratio_step, shift_step
from indexer.mathematics.proofs.checker import _table, _theorem, check, filled, value_of, vanishes
from indexer.mathematics.proofs.proving import prove
from tests.helpers import PROJECT
from tests.helpers.reference import pcf, rows

MUTATIONS = 1000


def rational(formula: PCF, top: list[int], bottom: list[int]) -> Certificate:
    """The certificate of a rational limit by the minimal solution u_n/u_{n-1} = top/bottom."""
    ratio = fmpz_poly(top), fmpz_poly(bottom)
    map_ = normal(formula.a[0] * bottom[0] - top[0], 0, bottom[0], 0)
    return Certificate(formula, "1", map_, (ratio_step(formula, ratio, {"constant": "1"}, map_),))


def chain() -> dict[str, Any]:
    """A certificate of three steps: an equivalence, a tail, a minimal solution with a rational ratio."""
    base = parse_formula("PCF(n^2 - 2n - 3, n^2 - 2n - 2)")
    tail, shift = shift_step(base, 1)
    formula = parse_formula("PCF((n+3)(n^2 - 1 - 3), (n+3)(n+2)(n^2 - 3))")
    found = relate(formula, base).equivalence
    assert found is not None
    end = rational(tail, [1], [-1])
    return end.after(formula, [equivalence_step(formula, base, found), shift]).to_json()


def test_the_checker_needs_nothing_but_the_standard_library() -> None:
    program = (
        "import sys; import indexer.mathematics.proofs.checker; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, cwd=PROJECT, check=True
    )
    assert done.stdout.strip() == "['__main__', 'indexer']"
    for name in ("checker", "arithmetic", "functions", "products", "angles"):
        assert len((PROJECT / "indexer" / "mathematics" / "proofs" / f"{name}.py").read_text().splitlines()) <= 400


def test_the_checker_is_a_program_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    for document, code, words in ((chain(), 0, "is proved in 4 steps"), ({}, 1, "refused: the certificate")):
        file.write_text(json.dumps(document))
        command = [sys.executable, "-m", "indexer.mathematics.proofs.checker", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, check=False)
        assert done.returncode == code and words in done.stdout + done.stderr


def test_a_chain_of_steps_is_accepted() -> None:
    document = chain()
    assert [step["step"] for step in document["steps"]] == ["equivalence", "rewrite", "telescoping", "compose"]
    assert check(json.loads(json.dumps(document))) == "the relation of the formula to 1 is proved in 4 steps"
    assert check({**{key: document[key] for key in ("formula", "relation")}, "certificate": document})


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all integers, strings, and empty lists of a certificate."""
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in leaves(value[key], (*path, key))]
    if isinstance(value, list) and value:
        return [leaf for place, item in enumerate(value) for leaf in leaves(item, (*path, place))]
    return [path]


def mutated(document: dict[str, Any], choose: random.Random) -> dict[str, Any]:
    """A certificate with one part changed, cut, doubled, or moved."""
    paths = [path for path in leaves(document) if path != ("relation", "expression")]
    result = copy.deepcopy(document)
    path = choose.choice(paths)
    holder: Any = result
    for key in path[:-1]:
        holder = holder[key]
    old = holder[path[-1]]
    match choose.randrange(4):
        case 0 if isinstance(holder, list):
            del holder[path[-1]]
        case 1 if isinstance(holder, list):
            holder.insert(choose.randrange(len(holder) + 1), choose.randrange(1, 9))
        case 2 if type(old) is int:
            holder[path[-1]] = -old if old else 1
        case _ if type(old) is int:
            holder[path[-1]] = old + choose.choice([-7, -2, -1, 1, 2, 5])
        case _:
            holder[path[-1]] = choose.choice(["", "2", "pi", "shift", [], [1], None, 1.5, True, {}])
    return result


def meaning(document: dict[str, Any]) -> Any:
    """A certificate up to a common factor of each map, which is no part of its meaning."""

    def plain(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: plain(item, name) for name, item in value.items() if name != "expression"}
        if isinstance(value, list) and key in ("map", "coefficients") and len(value) == 4:
            return list(normal(*value)) if all(type(c) is int for c in value) and any(value) else value
        return [plain(item) for item in value] if isinstance(value, list) else value

    return json.dumps(plain(document), sort_keys=True)


def test_a_thousand_mutations_are_refused() -> None:
    choose = random.Random(20261125)
    documents = [chain(), *(equivalences())]
    for document in documents:
        assert check(document)
    done = 0
    while done < MUTATIONS:
        document = choose.choice(documents)
        changed = mutated(document, choose)
        if meaning(changed) == meaning(document):
            continue
        with pytest.raises(Refused) as refusal:
            check(changed)
        assert len(str(refusal.value)) < 600 and "\n" not in str(refusal.value)
        done += 1


def equivalences() -> list[dict[str, Any]]:
    """Certificates of rational limits by one equivalence each, of several classes."""
    found = []
    for base, top in (
        ("PCF(n^2 - 2n - 3, n^2 - 2n - 2)", [-1]),  # super-exponential
        ("PCF(3n+2, -2n^2 - n)", [1, 1]),  # exponential
        ("PCF(2, -1)", [1]),  # double root
    ):
        formula = parse_formula(base)
        other = formula.shift(1).inflate(3)
        equivalence = relate(other, formula).equivalence
        assert equivalence is not None
        end = rational(formula, top, [1])
        found.append(end.after(other, [equivalence_step(other, formula, equivalence)]).to_json())
    return found


def test_every_known_equivalence_is_rederived() -> None:
    for row in rows("equivalences.jsonl"):
        first, second = pcf(row["first"]), pcf(row["second"])
        found = relate(first, second).equivalence
        if found is None:
            continue
        step = equivalence_step(first, second, found)
        document = {
            "formula": step["first"],
            "relation": {"constant": "c", "coefficients": step["map"]},
            "steps": [step, {"step": "compose", "map": step["map"]}],
        }
        with pytest.raises(Refused, match="do not end at the constant"):
            check(document)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (None, "cannot be read"),
        ([], "cannot be read"),
        ({}, "cannot be read"),
        (
            {"formula": {"a": [1], "b": [1]}, "relation": {"constant": "1", "coefficients": [1, 0, 1, 0]}, "steps": []},
            "2 to",
        ),
        (
            {
                "formula": {"a": [1], "b": [-3, 1]},
                "relation": {"constant": "1", "coefficients": [1, 0, 1, 0]},
                "steps": [1, 2],
            },
            "does not terminate",
        ),
        (
            {
                "formula": {"a": [1], "b": [-3]},
                "relation": {"constant": "1", "coefficients": [1, 0, 1, 0]},
                "steps": [1, 2],
            },
            "diverges",
        ),
    ],
)
def test_what_is_no_certificate_is_refused_with_a_sentence(document: Any, message: str) -> None:
    with pytest.raises(Refused, match=message):
        check(document)


def test_a_dominant_solution_gives_no_limit() -> None:
    formula = parse_formula("PCF(2n^2 + 2n + 1, -n^4)").shift(1)
    with pytest.raises(Refused, match="dominant"):
        check(rational(formula, [4, 4, 1], [1]).to_json())


def test_an_exchange_of_minimal_and_dominant_solution_is_refused() -> None:
    # C = ((0, -1), (1, 2)) is 1 + N with N^2 = 0, so U(n) = (1 - n N) M (1 + n N) commutes with it for every M
    N, M = ((-1, -1), (1, 1)), ((1, 0), (0, 2))

    def times(left: Any, right: Any) -> Any:
        return tuple(tuple(sum(row[k] * right[k][j] for k in (0, 1)) for j in (0, 1)) for row in left)

    MN, NM, NMN = times(M, N), times(N, M), times(times(N, M), N)
    U = [[[M[i][j], MN[i][j] - NM[i][j], -NMN[i][j]] for j in (0, 1)] for i in (0, 1)]
    formula = {"a": [2], "b": [-1]}
    step = {"step": "equivalence", "first": formula, "second": formula, "folds": [1, 1], "U": U}
    step |= {"scale": {"numerator": [1], "denominator": [1]}, "regular_from": 1, "map": [0, 1, 1, 0]}
    document = {"formula": formula, "relation": {"constant": "1", "coefficients": [1, 0, 1, 0]}, "steps": [step, {}]}
    with pytest.raises(Refused, match="U exchanges the minimal solution and a dominant one"):
        check(document)


def test_roots_are_found_exactly() -> None:
    assert vanishes((-6, 1, 1), 1) and not vanishes((-6, 1, 1), 3) and vanishes((-6, 1, 1), -3)
    assert vanishes((-(10**30), 1), 1) and not vanishes((-(10**30), 1), 10**30 + 1)
    assert not vanishes((-2, 0, 1), 0) and vanishes((), 0) and not vanishes((7,), 0)


def test_numbers_of_a_quadratic_field() -> None:
    x = number(["1/2", "3", 5])
    assert x * x - x * 2 + 1 == Quadratic(1 / 4 + 45 - 1 + 1) + number([0, 3, 5]) - number([0, 6, 5])
    assert (1 / x) * x == 1 and -x + x == 0 and 2 - x == -(x - 2)
    for bad in ([1, 1, 4], [1, 1, 12], ["1", "x", 5], "1/0", 1.5, True, "1e3", None):
        with pytest.raises((Refused, ArithmeticError, TypeError, ValueError)):
            number(bad)


@pytest.mark.parametrize(
    "zero_over_zero",
    ["pi*sin(pi)/sin(pi)", "pi*(sqrt(5) - 2*phi + 1)/(sqrt(5) - 2*phi + 1)", "pi*(sin(pi)^2/sin(pi))/sin(pi)"],
)
def test_a_constant_that_is_divided_by_what_may_be_zero_is_none(zero_over_zero: str) -> None:
    document = prove(parse_formula("PCF(2n+1, n^2)")).to_json()  # type: ignore[union-attr]
    *steps, end = document["steps"]
    written = {"step": "same", "first": {"constant": "pi"}, "second": {"constant": zero_over_zero}, "map": [0, 1, 1, 0]}
    document["steps"] = [*steps, written, end]
    document["relation"]["constant"] = zero_over_zero
    with pytest.raises(Refused, match="may be zero"):
        check(document)


def test_a_theorem_about_a_sum_is_none_where_a_denominator_vanishes() -> None:
    """The row `hyperbolic-combination` at u = -5: numerators end the sum before its denominator vanishes at n = 5."""
    values = {"u": number("-5"), "z": number("2")}
    step = _table()["hyperbolic-combination"]
    sides = {side: [value_of(text, values).p * 2 for text in step[side]] for side in ("numerator", "denominator")}
    claim = {
        "step": "theorem",
        "key": "hyperbolic-combination",
        "values": {"u": "-5", "z": "2"},
        "first": {side: [int(c) for c in given] for side, given in sides.items()},
        "second": {"constant": filled(step["constant"], values)},
    }
    with pytest.raises(Refused, match="no root"):
        _theorem(claim)
