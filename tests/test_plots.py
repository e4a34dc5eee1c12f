"""Pictures: files of the right kind, every sort of picture, and bad input in one sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from catalog.errors import FormularyError
from indexer.plots import Points, axis_label, checked_format, clusters, convergence, growth, save, scatter
from tests.test_cli import SENTENCE, formulary
from tests.test_clusters import built, catalogue  # noqa: F401  fixtures

BEGINNINGS = {"png": b"\x89PNG", "svg": b"<?xml", "html": b"<!doctype html>"}
RNG = np.random.default_rng(2)
MANY = Points(RNG.normal(size=5000), RNG.normal(size=5000), [None, "pi", "e", "log(2)"] * 1250)


@pytest.mark.parametrize("ending", BEGINNINGS)
def test_a_picture_is_written_in_the_format_of_its_ending(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"picture.{ending}"
    save(scatter(MANY, ("delta", "q_reduced_gamma"), "constant"), str(file))
    assert file.read_bytes().startswith(BEGINNINGS[ending])


def test_axes_have_units_and_groups_a_legend() -> None:
    figure = scatter(MANY, ("delta", "q_reduced_gamma"), "constant")
    assert figure.axes[0].get_xlabel() == "delta (at n = 1000)"
    assert figure.axes[0].get_ylabel() == "q_reduced_gamma (natural log per n)"
    assert {text.get_text() for text in figure.legends[0].get_texts()} == {"pi (1,250)", "e (1,250)", "log(2) (1,250)"}
    assert axis_label("limit_float8") == "limit_float8"


def test_points_outside_are_counted_not_hidden() -> None:
    x = np.append(np.zeros(999), 1e9)
    figure = scatter(Points(x, x, [None] * 1000), ("delta", "delta"), None)
    assert "1 outside" in figure.axes[0].get_title(loc="left")


def test_one_point_alone_can_be_drawn(tmp_path: Path) -> None:
    save(scatter(Points(np.ones(1), np.ones(1), ["pi"]), ("delta", "q_eta"), "constant"), str(tmp_path / "x.png"))
    save(clusters(np.ones((1, 3)), ["pi"], np.array([1])), str(tmp_path / "y.png"))
    save(growth([datetime(2026, 1, 1, tzinfo=UTC)], [5]), str(tmp_path / "z.png"))
    save(convergence("PCF(n, 1)", [1, 2], [-1.0, -2.0], [float("nan"), 0.1]), str(tmp_path / "w.png"))


@pytest.mark.parametrize("name", ["picture.pdf", "picture", "picture.PNGG"])
def test_an_unknown_format_is_refused(name: str) -> None:
    with pytest.raises(FormularyError, match="pictures are written as png, svg, html"):
        checked_format(name)


@pytest.mark.parametrize(
    "what",
    [
        ("delta", "q_reduced_gamma", "--color", "cluster"),
        ("delta", "q_gamma", "--where", "deg_a = 1 and delta > -2"),
        ("clusters",),
        ("growth",),
        ("formula", "PCF(2n+1, n^2)"),
    ],
    ids=lambda what: what[0],
)
def test_pictures_of_a_catalogue(
    what: tuple[str, ...],
    catalogue: dict[str, str],  # noqa: F811
    built: dict[str, object],  # noqa: F811
    tmp_path: Path,
) -> None:
    file = tmp_path / "picture.png"
    done = formulary("plot", *what, "-o", str(file), **catalogue)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes().startswith(BEGINNINGS["png"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["delta", "q_reduced_gama", "-o", "x.png"], 2, "the nearest is q_reduced_gamma"),
        (["delta", "-o", "x.png"], 2, "give two metrics"),
        (["delta", "q_eta", "-o", "x.pdf"], 2, "pictures are written as png, svg, html"),
        (["delta", "q_eta", "-o", "x.png", "--where", "delta >"], 2, "--where cannot be used"),
        (["delta", "q_eta", "-o", "x.png", "--where", "colour = 1"], 2, "colour"),
        (["delta", "q_eta", "-o", "x.png", "--where", "false"], 1, "no formula has delta and q_eta"),
        (["delta", "q_eta", "-o", "/nonexistent/x.png"], 2, "cannot write /nonexistent/x.png"),
        (["delta", "q_eta", "-o", "x.png", "--color", "mood"], 2, "constant"),
        (["formula", "PCF(1, -5)", "-o", "x.png"], 2, "only convergent formulas"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str],
    code: int,
    words: str,
    catalogue: dict[str, str],  # noqa: F811
) -> None:
    done = formulary("plot", *arguments, **catalogue)
    assert (done.returncode, done.stdout) == (code, "")
    assert SENTENCE.fullmatch(done.stderr)
    assert words in done.stderr
