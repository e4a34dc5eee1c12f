"""Pictures: files of the right kind, what they show, no name over another, and bad input in one sentence."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import psycopg
import pytest
from matplotlib.text import Text

from catalog.database.copying import fixed, floats, pack, unpack_numbers
from catalog.errors import FormularyError
from catalog.store.figures import read_numbers
from indexer.laws.checkerboard import sort_of
from indexer.pictures.checkerboard import board
from indexer.pictures.growth import convergence, growth
from indexer.pictures.hexagons import Grid, counts, levels
from indexer.pictures.labels import write_names
from indexer.pictures.letters import pretty
from indexer.pictures.maps import Points, clusters, principal_components, scatter
from indexer.pictures.style import axis_label, checked_format, inline_svg, new_figure, save
from tests.helpers.command import SENTENCE, formulary

BEGINNINGS = {"png": b"\x89PNG", "svg": b"<?xml", "html": b"<!doctype html>"}
RNG = np.random.default_rng(2)
NAMES = ["pi", "e", "log(2)"]


def cloud(count: int = 400) -> Points:
    return Points(RNG.normal(size=count), RNG.normal(size=count), np.arange(count) % 4 - 1, NAMES)


def single(x: np.ndarray) -> Points:
    return Points(x, x, np.full(len(x), -1), [])


def texts(figure: Any) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


# Counting in hexagons


def test_every_point_is_counted_in_a_hexagon_that_holds_it() -> None:
    grid = Grid((0.0, 0.0), (2.0, 1.0), 20, 0.5)
    x, y = RNG.uniform(0, 2, 2000), RNG.uniform(0, 1, 2000)
    cells = grid.cells(x, y)
    assert (cells >= 0).all() and cells.max() < grid.size
    away = np.abs(np.stack([x, y], axis=1) - grid.centres(cells)) / (2 / 20)  # in hexagons' widths
    assert (away[:, 0] <= 0.5 + 1e-9).all()
    assert (away[:, 0] / 2 + away[:, 1] * 3**0.5 / 2 <= 0.5 + 1e-9).all()


def test_points_outside_are_in_no_hexagon() -> None:
    assert (
        Grid((0, 0), (1, 1), 10, 1.0).cells(np.array([-0.1, 0.5, 2.0]), np.array([0.5, 7.0, 0.5])).tolist() == [-1] * 3
    )


def test_groups_are_counted_apart() -> None:
    table = counts(np.array([0, 0, 1, -1]), np.array([1, -1, 0, 0]), 3, 2)
    assert table.tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("largest", "expected"),
    [(0, [1]), (1, [1]), (35, [1, 3, 10, 30]), (10**4, [1, 10, 100, 1000, 10_000])],
)
def test_shades(largest: int, expected: list[int]) -> None:
    assert levels(largest) == expected


def test_numbers_are_read_from_copy() -> None:
    data = pack([fixed(np.array([3, -4], ">i8")), floats([1.5, 2.5]), floats([0.1, 1e300])])
    ids, values = unpack_numbers([data[:7], data[7:]], 2)
    assert ids.tolist() == [3, -4]
    assert values.tolist() == [[1.5, 0.1], [2.5, 1e300]]
    assert len(unpack_numbers([pack([fixed(np.zeros(0, ">i8")), floats([])])], 1)[0]) == 0


# Pictures


@pytest.mark.parametrize("ending", BEGINNINGS)
def test_a_picture_is_written_in_the_format_of_its_ending(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"picture.{ending}"
    save(scatter(cloud(), ("delta", "q_reduced_gamma"), "constant"), str(file))
    assert file.read_bytes().startswith(BEGINNINGS[ending])


def test_a_page_with_a_picture_refers_to_nothing_outside_and_follows_the_page(tmp_path: Path) -> None:
    file = tmp_path / "picture.html"
    save(scatter(cloud(), ("delta", "q_eta"), "constant"), str(file), "delta & q_eta")
    page = file.read_text()
    HTMLParser().feed(page)
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert 'aria-label="delta &amp; q_eta"' in page
    assert "currentColor" in page and "prefers-color-scheme: dark" in page and "DejaVu" not in page


def test_two_pictures_of_one_page_have_no_id_in_common() -> None:
    figures = [inline_svg(scatter(cloud(100), ("delta", "q_eta"), "constant"), "x", prefix) for prefix in "ab"]
    first, second = (set(re.findall(r' id="([^"]+)"', figure)) for figure in figures)
    assert first and not first & second
    for figure in figures:
        assert set(re.findall(r'href="#([^"]+)"', figure)) <= first | second
        ElementTree.fromstring(figure)


def test_figures_of_an_inline_picture_keep_their_digits() -> None:
    depths = [10, 100, 1000]
    text = inline_svg(convergence("x", depths, [-5.0, -50.0, -500.0], [-0.225, -0.125, -0.0921]), "x")
    assert "\N{MINUS SIGN}0.0921" in text and "\N{MINUS SIGN}0.125" in text
    assert not re.search(r"\d\.\d{3}", "".join(re.findall(r'\bd="[^"]*"', text)))


def test_axes_have_units_and_groups_a_legend_with_what_is_left() -> None:
    figure = scatter(cloud(), ("delta", "q_reduced_gamma"), "constant")
    assert figure.axes[0].get_xlabel() == "delta (at n = 1000)"
    assert figure.axes[0].get_ylabel() == "q_reduced_gamma (natural log per n)"
    assert set(texts(figure)) == {"π (100)", "e (100)", "ln(2) (100)", "none (100)"}
    assert axis_label("delta_predicted") == "delta_predicted (dimensionless)"


def test_long_names_stay_inside_the_picture() -> None:
    names = [f"hyp0f1({i}, 1/4)/hyp0f1(1, 1/4) and more" for i in range(8)]
    groups = np.arange(900) % 9 - 1
    figure = scatter(Points(groups / 1.0, groups / 2.0, groups, names, "no constant"), ("delta", "q_eta"), "constant")
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0 and box.x1 <= figure.bbox.width
    assert box.y1 < figure.axes[0].get_window_extent().y0


def test_a_picture_of_many_points_is_small() -> None:
    assert len(inline_svg(scatter(cloud(20_000), ("delta", "q_eta"), "constant"), "x")) < 1_000_000


def test_every_group_is_seen() -> None:
    x = RNG.normal(size=20_001)
    groups = np.append(np.zeros(20_000, np.int64), 1)  # one among many
    figure = scatter(
        Points(x, np.append(RNG.normal(size=20_000), 0.0), groups, ["many", "one"]), ("delta", "q_eta"), "constant"
    )
    assert texts(figure) == ["many (20,000)", "one (1)"]
    marks = [c for c in figure.axes[0].collections if len(c.get_offsets()) == 1]
    assert len(marks) == 1
    assert "many" in {text.get_text() for text in figure.axes[0].texts}  # named: its hexagons are as grey as others


def test_marks_that_share_a_hexagon_do_not_cover_each_other() -> None:
    x = np.append(np.zeros(4), 1.0)
    figure = scatter(Points(x, x, np.array([0, 0, 0, 1, -1]), ["pi", "e"]), ("delta", "q_eta"), "constant")
    first, second = (figure.axes[0].transData.transform(marks.get_offsets()) for marks in figure.axes[0].collections)
    assert len(first) == len(second) == 1
    assert np.hypot(*(first - second)[0]) > 4


def test_points_outside_are_counted_not_hidden() -> None:
    figure = scatter(single(np.append(np.zeros(999), 1e9)), ("delta", "delta"))
    assert any("1 lie outside" in text.get_text() for text in figure.axes[0].texts)


def test_one_point_alone_can_be_drawn(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    save(
        scatter(Points(np.ones(1), np.ones(1), np.zeros(1, np.int64), ["pi"]), ("delta", "q_eta"), "constant"),
        str(tmp_path / "x.svg"),
    )
    save(clusters(np.ones((1, 1)), np.array([1]), {1: "pi"}), str(tmp_path / "y.svg"))
    save(growth([(moment, 5)]), str(tmp_path / "z.svg"))
    save(convergence("PCF(n, 1)", [1, 2], [-1.0, -2.0], [float("nan"), 0.1]), str(tmp_path / "w.svg"))


def test_principal_components_are_the_directions_of_most_variance() -> None:
    wide = RNG.normal(size=(500, 1))
    vectors = np.concatenate([wide, -wide, RNG.normal(size=(500, 1))], axis=1)
    flat, shares = principal_components(vectors)
    assert shares[0] == pytest.approx(2 / 3, abs=0.05)
    assert abs(np.corrcoef(flat[:, 0], wide[:, 0])[0, 1]) > 0.99


def test_no_name_is_written_over_another() -> None:
    figure = new_figure()
    axes = figure.subplots()
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    places = [(float(x), float(y)) for x, y in RNG.normal(size=(40, 2)) * 0.1]
    written = write_names(figure, axes, places, [f"constant {i}" for i in range(40)], 14)
    figure.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in axes.texts]  # without the lines that lead to them
    assert written == len(boxes) >= 5
    assert not any(first.overlaps(second) for first, second in combinations(boxes, 2))


def test_clusters_are_named_by_their_labels() -> None:
    vectors = np.concatenate([RNG.normal(size=(50, 3)) + shift for shift in (0, 9, 18)])
    figure = clusters(vectors, np.repeat([4, 7, 0], 50), {4: "pi", 7: None})
    assert "π" in {text.get_text() for text in figure.axes[0].texts}
    assert "150 canonical formulas, 100 of them in 2 clusters" in figure.axes[0].get_title(loc="left")
    assert texts(figure) == ["π (50)", "without a label (100)"]


def test_growth_ends_with_the_sum() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    figure = growth([(start, 5), (start + timedelta(hours=1), 7)], [(start, 2)])
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["formulas (12)", "canonical formulas identified (2)"]


def test_growth_in_many_steps_is_drawn_in_some() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    figure = growth([(start + timedelta(seconds=i), 3) for i in range(5000)])
    times, totals = figure.axes[0].lines[0].get_data()
    assert len(times) < 450
    assert totals[-1] == 15_000


def test_the_board_shows_the_constants_of_its_squares() -> None:
    figure = board(3, 2)
    letters = {"even": "π", "below": "ln 2", "above": "ℚ"}
    for text in figure.axes[1].texts:
        r, s = (round(value) for value in text.get_position())
        if text.get_text() in letters.values():
            assert text.get_text() == letters[sort_of((2, *sorted((r, s))))]  # type: ignore[arg-type]
    assert sum(text.get_text() in letters.values() for text in figure.axes[0].texts) == 3 * 7


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pi", "π"),
        ("log(2)*pi", "ln(2)·π"),
        ("sqrt(5)*tanh(sqrt(5))", "√5·tanh(√5)"),
        ("unnamed-17", "unnamed-17"),
        ("hyp0f1(2, 1/4)", "₀F₁(2, 1/4)"),
        ("e" * 50, "e" * 33 + "…"),
    ],
)
def test_names_in_the_letters_of_mathematics(name: str, expected: str) -> None:
    assert pretty(name) == expected


# The command


@pytest.mark.parametrize("name", ["picture.gif", "picture", "picture.PNGG"])
def test_an_unknown_format_is_refused(name: str) -> None:
    with pytest.raises(FormularyError, match="pictures are written as png, pdf, svg, html"):
        checked_format(name)


@pytest.mark.parametrize(
    "what",
    [
        ("delta", "q_reduced_gamma", "--color", "cluster"),
        ("delta", "q_gamma", "--color", "constant", "--where", "deg_a = 1 and delta > -2"),
        ("limit_float8", "height", "--where", "constant is not null"),
        ("clusters",),
        ("growth",),
        ("formula", "PCF(2n+1, n^2)"),
    ],
    ids=lambda what: what[0],
)
def test_pictures_of_a_catalogue(
    what: tuple[str, ...],
    sample_catalogue: dict[str, str],
    sample_clustering: dict[str, object],
    tmp_path: Path,
) -> None:
    file = tmp_path / "picture.png"
    done = formulary("plot", *what, "-o", str(file), **sample_catalogue)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes().startswith(BEGINNINGS["png"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["delta", "q_reduced_gama", "-o", "x.png"], 2, "the nearest is q_reduced_gamma"),
        (["delta", "-o", "x.png"], 2, "give two metrics"),
        (["cluster", "-o", "x.png"], 2, "did you mean clusters"),
        (["delta", "q_eta", "-o", "x.gif"], 2, "pictures are written as png, pdf, svg, html"),
        (["delta", "q_eta", "-o", "x.png", "--where", "delta >"], 2, "--where cannot be used"),
        (["delta", "q_eta", "-o", "x.png", "--where", "colour = 1"], 2, "colour"),
        (["delta", "q_eta", "-o", "x.png", "--where", "1/0 = 1"], 2, "division by zero"),
        (["delta", "q_eta", "-o", "x.png", "--where", "false"], 1, "no formula has delta and q_eta"),
        (["delta", "q_eta", "-o", "/nonexistent/x.png"], 2, "cannot write /nonexistent/x.png"),
        (["delta", "q_eta", "-o", "x.png", "--color", "mood"], 2, "constant"),
        (["growth", "-o", "x.png", "--color", "class"], 2, "go with two metrics, not with growth"),
        (["growth", "delta", "-o", "x.png"], 2, "growth takes no arguments"),
        (["formula", "PCF(1, -5)", "-o", "x.png"], 2, "only convergent formulas"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str],
    code: int,
    words: str,
    sample_catalogue: dict[str, str],
) -> None:
    done = formulary("plot", *arguments, **sample_catalogue)
    assert (done.returncode, done.stdout) == (code, "")
    assert SENTENCE.fullmatch(done.stderr)
    assert words in done.stderr


def test_what_is_not_finite_is_in_no_picture(seeded_copy: str, tmp_path: Path) -> None:
    place = {"FORMULARY_DATABASE_URL": seeded_copy, "FORMULARY_HOME": str(tmp_path)}
    with psycopg.connect(seeded_copy) as connection:
        numbers = [
            row[0] for row in connection.execute("select id from formula where is_canonical order by id limit 6")
        ]
        before = len(read_numbers(connection, ("delta", "limit_float8"))[0])
        values = ("Infinity", "-Infinity", "NaN", "1.7e308", "-1.7e308", "1e299")
        for number, value in zip(numbers, values, strict=True):
            connection.execute("update formula set limit_float8 = %s, delta = 0 where id = %s", [value, number])
        connection.commit()
        kept = read_numbers(connection, ("delta", "limit_float8"))[1][:, 1]
    assert 1e299 in kept
    assert abs(kept).max() == 1e299
    assert len(kept) < before
    target = tmp_path / "x.png"
    done = formulary("plot", "limit_float8", "delta", "-o", str(target), **place)
    assert done.returncode == 0, done.stderr
