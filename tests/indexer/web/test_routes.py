"""Every address of the site: what it answers, with which status and headers, and what hostile input does."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import psycopg
import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from catalog.database.opening import open_database
from catalog.formulas.pcf import parse_formula
from catalog.store.summaries import NOW, figures, renew
from indexer.web.app import ROUTES
from indexer.web.atlas import drawn
from indexer.web.rate import BURST, Rate
from indexer.web.safety import POLICY
from tests.helpers.catalogues import add_formulas
from tests.helpers.contract import validate
from tests.indexer.web.conftest import client_of

GAUSS = "/pcf/1,2/0,0,1"
PAGES = (
    "/",
    "/formulas",
    "/formulas?constant=pi&class=exponential&degree=1,2&min_delta=-1&max_delta=1&sort=delta",
    "/formulas?proof=closed_form&status=converges",
    "/formulas?source=a&sort=newest",
    GAUSS,
    f"{GAUSS}/proof",
    "/pcf/7,1/3,5",
    "/pcf/0,0,1/0,0,0,0,-9",
    "/constants",
    "/constant/pi",
    "/families",
    "/clusters",
    "/fields",
    "/map",
    "/status",
    "/reliability",
    "/cite",
    "/api",
    "/identify?q=1.2732395447351626861510701069801148",
    "/identify?q=1.27",
    "/read?q=1%2B1/(3%2B4/(5%2B9/(7%2B16/(9%2B...",
)
VOID = {"meta", "link", "input", "img", "br"}


class Checked(HTMLParser):
    """A page whose tags match; its addresses, ids, and the texts of its headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.addresses: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            assert name != "style" and not name.startswith("on"), (tag, name)
            if name in ("href", "src", "action"):
                self.addresses.append(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_holds_no_script(path: str, client: TestClient) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    page = Checked(answer.text)
    assert page.tags["h1"] == page.tags["main"] == page.tags["title"] - page.tags["rect"] == 1  # cells have titles
    assert page.tags["script"] == page.tags["style"] == 0
    assert page.tags["caption"] == page.tags["table"]
    assert all(address.startswith(("/", "#", "http")) for address in page.addresses)


def test_every_route_is_asked_by_a_test() -> None:
    tests = Path(__file__).read_text(encoding="utf-8")
    for route in ROUTES:
        beginning = route.path.partition("{")[0].rstrip("/")
        assert beginning in tests, route.path


def test_addresses_of_a_page_lead_somewhere(client: TestClient) -> None:
    seen = set()
    for path in ("/", "/formulas?constant=pi", GAUSS, "/constants", "/families"):
        seen |= {a for a in Checked(client.get(path).text).addresses if a.startswith("/")} - {"/search"}
    for address in sorted(seen)[:120]:
        assert client.get(address).status_code in (200, 303), address


def test_a_formula_says_what_it_is_and_why(client: TestClient) -> None:
    text = client.get(GAUSS).text
    assert "1.2732395447351626861510701069801148" in text
    assert "<mfrac><mn>4</mn><mi>π</mi></mfrac>" in text
    assert "off by less than 10<sup>−" in text
    assert f"{GAUSS}/convergence.svg" in text
    assert "Relatives" in text and "delta_unreduced" in text


def test_a_formula_that_is_not_there_is_evaluated(client: TestClient) -> None:
    text = client.get("/pcf/7,1/3,5").text
    assert "not in the catalogue; evaluated for this page" in text
    validate(client.get("/pcf/7,1/3,5.json").json(), "formula")


def test_a_formula_by_its_number_leads_to_its_permalink(client: TestClient, seeded_url: str) -> None:
    with psycopg.connect(seeded_url) as connection:
        row = connection.execute(
            "select id from formula where key = %s", [parse_formula("PCF(2n+1,n^2)").key]
        ).fetchone()
    assert row is not None
    assert client.get(f"/formula/{row[0]}").headers["location"] == GAUSS
    assert client.get(f"/formula/{row[0]}.json").headers["location"] == f"{GAUSS}.json"


def test_forms_of_a_formula_for_other_programs(client: TestClient) -> None:
    validate(client.get(f"{GAUSS}.json").json(), "formula")
    validate(client.get(f"{GAUSS}/proof.json").json(), "proof")
    assert client.get(f"{GAUSS}.gp").text.startswith("a(n) = 2*n + 1;")
    assert client.get(f"{GAUSS}.tex").text.strip() == parse_formula("PCF(2n+1, n^2)").latex()
    assert "def pcf(N)" in client.get(f"{GAUSS}.sage").text
    assert "ContinuedFractionK" in client.get(f"{GAUSS}.m").text
    assert "from sympy" in client.get(f"{GAUSS}.py").text
    bibtex = client.get(f"{GAUSS}.bib").text
    assert bibtex.startswith("@misc{formulary-") and f"http://127.0.0.1:8000{GAUSS}" in bibtex
    assert client.get("/cite.bib").text.startswith("@misc{formulary,")


def test_a_proof_is_readable_and_ends_with_the_constant(client: TestClient) -> None:
    text = client.get(f"{GAUSS}/proof").text
    assert "By Pincherle" in text and "Together" in text and "$" not in text


def test_the_picture_is_a_file_with_a_policy_of_its_own(client: TestClient) -> None:
    answer = client.get(f"{GAUSS}/convergence.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith("<svg ") and "prefers-color-scheme: dark" in answer.text
    assert "script" not in answer.headers["content-security-policy"]
    assert client.get("/pcf/1/-1/convergence.svg").status_code == 422  # it diverges


def test_objects_of_lists_keep_to_their_schema(client: TestClient) -> None:
    validate(client.get("/formulas.json").json()["formulas"], "found")
    validate(client.get("/status.json").json(), "status")
    validate(client.get("/identify.json?q=1.2732395447351626861510701069801148").json(), "number")
    assert client.get("/constant/pi.json").json()["formulas"] > 0
    assert client.get("/constants.json").json()["constants"][0]["formulas"] >= 0
    assert set(client.get("/families.json").json()) == {"families"}
    assert set(client.get("/fields.json").json()) == {"fields"}
    assert set(client.get("/map.json").json()["cells"][0]) == {"delta", "growth", "formulas"}
    assert set(client.get("/clusters.json").json()) == {"clusters", "counted_at"}
    assert client.get("/reliability.json").json()["proofs"]["closed_form"] > 0


def test_the_description_of_the_api_is_whole(client: TestClient) -> None:
    found = client.get("/api.json").json()
    assert found["openapi"] == "3.1.0"
    schemas = found["components"]["schemas"]
    references = re.findall(r"#/components/schemas/(\w+)", client.get("/api.json").text)
    assert {name for name in references if name not in schemas} == set()
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    paths = {route.path.replace("{name:path}", "{name}") for route in ROUTES}
    for path in found["paths"]:
        assert path in paths or path.removesuffix(".json") in paths, path
    assert len({operation["get"]["operationId"] for operation in found["paths"].values()}) == len(found["paths"])


def test_the_service_answers_who_watches_it(client: TestClient) -> None:
    assert (client.get("/healthz").text, client.get("/healthz").headers["cache-control"]) == ("ok\n", "no-store")
    assert "formulary_formulas " in client.get("/metrics").text
    assert "--accent" in client.get("/static/style.css").text
    assert client.get("/static/icon.svg").text == client.get("/favicon.ico").text


@pytest.mark.parametrize(
    ("asked", "to"),
    [
        ("1.2732395447351626", "/identify?q=1.2732395447351626"),
        ("PCF(2n+1, n^2)", GAUSS),
        ("2n+1, n^2", GAUSS),
        ("K(n^2, 2n+1)", "/read?q=K%28n%5E2%2C+2n%2B1%29"),
        ("ContinuedFractionK[n^2, 2n+1, {n, 1, Infinity}]", "/read?q="),
        ("pi", "/constant/pi"),
        ("pi^2/6 + 1", "/identify?q=pi%5E2%2F6+%2B+1"),
    ],
)
def test_the_box_knows_what_was_typed(asked: str, to: str, client: TestClient) -> None:
    answer = client.get("/search", params={"q": asked})
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(to)
    assert client.get(answer.headers["location"]).status_code == 200


def test_a_formula_by_chance_is_there(client: TestClient) -> None:
    answer = client.get("/random")
    assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
    assert client.get(answer.headers["location"]).status_code == 200


# Lists as files, fields, the map


@pytest.mark.parametrize(
    "path",
    [
        "/formulas.csv",
        "/constants.csv",
        "/constant/pi.csv",
        "/families.csv",
        "/clusters.csv",
        "/fields.csv",
        "/map.csv",
        f"{GAUSS}.csv",
    ],
)
def test_a_page_is_there_as_csv(path: str, client: TestClient) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert all(len(row) == len(rows[0]) for row in rows)
    if path in ("/formulas.csv", "/constant/pi.csv", f"{GAUSS}.csv"):
        assert {"formula", "status"} <= set(rows[0]) and len(rows) > 1


@pytest.mark.parametrize(
    "path",
    [
        "/formulas.sql",
        "/formulas.sql?constant=pi&degree=1,2&sort=delta",
        "/formulas.sql?class=exponential&min_delta=-1&after=5,9",
        "/formulas.sql?source='; drop table formula; --",
        "/constants.sql",
        "/constant/pi.sql",
        "/families.sql",
        "/clusters.sql",
        "/fields.sql",
        f"{GAUSS}.sql",
    ],
)
def test_a_page_is_there_as_sql_that_runs(path: str, client: TestClient, seeded_url: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/sql; charset=utf-8")
    assert not answer.text.startswith("-")  # which a command would take for an option
    with open_database(seeded_url) as database, database.reader() as reader:
        rows = reader.execute(answer.text.encode()).fetchall()
    page = path.replace(".sql", ".json")
    if path.startswith("/formulas"):
        assert [row[0] for row in rows] == [row["id"] for row in client.get(page).json()["formulas"]]


def test_laws_are_there_as_latex(client: TestClient) -> None:
    assert client.get("/families.tex").headers["content-type"] == "text/plain; charset=utf-8"


@pytest.fixture
def client_with_field(client_of_copy: TestClient, seeded_copy: str) -> TestClient:
    """A client of a catalogue with a field, a trajectory and a representation."""
    with psycopg.connect(seeded_copy) as connection:
        connection.execute("""
            with new_field as (
                insert into field (name, rank, axes, definition) values ('3F2(1)', 2, '{a,b}', 'a <b>test</b>')
                returning id
            ),
            new_trajectory as (
                insert into trajectory (field_id, direction, start, status, steps, degree, rate, code_version)
                select id, '{1,2}', '{1/2,1}', 'converges', 3, 1, 1.7627, 'test' from new_field
                returning id
            ),
            new_constant as (
                insert into field_constant (field_id, residues, constant_id, proof)
                select new_field.id, '{1/2,0}', constant.id, 'theorem' from new_field, constant where name = 'pi'
            )
            insert into representation (formula_id, trajectory_id, map, code_version)
            select formula.id, new_trajectory.id, '{0,1,1,0}', 'test' from formula, new_trajectory
            where formula.id = (select id from pcf('2n+1', 'n^2'))
        """)
    return client_of_copy


def test_a_field_has_a_page_with_its_trajectories_and_constants(client_with_field: TestClient) -> None:
    assert 'href="/field/3F2%281%29"' in client_with_field.get("/fields").text
    text = client_with_field.get("/field/3F2(1)").text
    assert "a &lt;b&gt;test&lt;/b&gt;" in text and "(1/2, 0)" in text and f'href="{GAUSS}"' in text
    found = client_with_field.get("/field/3F2%281%29.json").json()
    assert (found["trajectories"][0]["direction"], found["constants"][0]["constant"]) == ([1, 2], "pi")
    assert "1.7627" in client_with_field.get("/field/3F2(1).csv").text
    assert "where field = '3F2(1)'" in client_with_field.get("/field/3F2(1).sql").text
    assert 'href="/field/3F2%281%29"' in client_with_field.get(GAUSS).text


def test_cells_of_the_map_lead_to_as_many_formulas_as_they_say(client: TestClient) -> None:
    cells = drawn([(row["x"], row["y"], row["n"]) for row in counted_cells(client)])
    text = client.get("/map").text
    for cell in sorted(cells, key=lambda cell: -cell.formulas)[:12]:
        assert cell.address.replace("&", "&amp;") in text
        found, path = 0, cell.address.replace("/formulas?", "/formulas.json?")
        while path:
            page = client.get(path).json()
            found, path = found + len(page["formulas"]), page["next"]
        assert abs(found - cell.formulas) <= 1, cell  # one at an edge, which is rounded


def counted_cells(client: TestClient) -> list[dict[str, int]]:
    site = client.app.state.site  # type: ignore[attr-defined]
    with site.connection() as connection:
        return [{"x": x, "y": y, "n": n} for x, y, n in figures(connection, NOW, "map")]


def test_counts_that_were_kept_are_shown_with_their_time(
    client_of_copy: TestClient, seeded_copy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.store.summaries.PROMPT_SECONDS", -1.0)
    pages = ("/", "/constants", "/constant/pi", "/clusters", "/status", "/reliability", "/map")
    with psycopg.connect(seeded_copy) as connection:
        renew(connection)
        assert all("Counted 20" not in client_of_copy.get(path).text for path in pages)
        before = client_of_copy.get("/").text
        connection.execute("update formula set evaluated_at = now() + interval '1 hour' where id = 1")
        connection.execute("delete from best_relation")
        connection.commit()
        assert all("Counted 20" in client_of_copy.get(path).text for path in pages)
        assert "formulary_counted_at_seconds " in client_of_copy.get("/metrics").text
        assert client_of_copy.get("/status.json").json()["counted_at"].startswith("20")
        assert re.search(r"identified</dt><dd>[\d,]+", before).group() in client_of_copy.get("/").text  # type: ignore[union-attr]


def test_the_history_of_a_search_is_told(client_of_copy: TestClient, seeded_copy: str) -> None:
    with psycopg.connect(seeded_copy) as connection:
        row = connection.execute(
            "select array_to_string(a, ','), array_to_string(b, ','), constant.name from guess"
            " join formula on formula.id = guess.formula_id join constant on constant.id = guess.constant_id limit 1"
        ).fetchone()
    assert row is not None
    text = client_of_copy.get(f"/pcf/{row[0]}/{row[1]}").text
    assert "History of the search" in text and "proposed by" in text


# Refusals


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing", 404, "there is no such page"),
        ("/formula/999999999", 404, "the catalogue has no formula number 999999999"),
        ("/formula/x", 422, "is a positive integer"),
        ("/formula/99999999999999999999", 422, "is a positive integer"),
        ("/clusters/5", 404, "there is no cluster 5"),
        ("/clusters/x", 422, "is a positive integer"),
        ("/field/nothing", 404, "there is no field"),
        ("/field/" + "x" * 300, 404, "there is no field"),
        ("/formulas?min_growth=x", 422, "min_growth is a number"),
        ("/constant/nothing-of-the-kind", 404, "no constant nothing-of-the-kind"),
        ("/pcf/1,x/1", 422, "a(n)"),
        ("/pcf/0/1", 422, "zero polynomial"),
        ("/pcf/1,2/", 404, "there is no such page"),
        (f"/pcf/1/{'1,' * 600}1", 422, "1000 characters"),
        ("/formulas?degree=1", 422, "degree is that of a"),
        ("/formulas?class=fast", 422, "class is one of"),
        ("/formulas?proof=none", 422, "proof is one of"),
        ("/formulas?sort=id", 422, "sort is one of"),
        ("/formulas?min_delta=nan", 422, "min_delta is a number"),
        ("/formulas?after=1", 422, "after is the key"),
        ("/formulas?after=x,1", 422, "after is a number"),
        ("/formulas?where=true", 422, "there is no condition"),
        ("/formulas?constant=nothing-of-the-kind", 404, "no constant"),
        ("/constants?after=x", 422, "after is the key"),
        ("/search?q=", 422, "nothing was asked"),
        ("/search?q=PCF(x", 422, "."),
        ("/search?q=nothing-of-the-kind", 404, "no constant"),
        (f"/search?q={'1' * 3000}", 422, "2000 characters"),
        (f"/identify?q={'1' * 400}", 422, "300 characters"),
        ("/identify?q=1e5000", 422, "exponent"),
        ("/identify?q=abc", 422, "abc"),
        ("/read?q=nothing", 422, "cannot read"),
        ("/pcf/1/-1/proof.json", 200, "reason"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_sentence(
    path: str, status: int, words: str, client: TestClient
) -> None:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert words.lower() in answer.text.lower()
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"] == POLICY


def test_refusals_of_objects_are_objects(client: TestClient) -> None:
    assert client.get("/constant/nothing-of-the-kind.json").json()["error"].startswith("no constant")
    assert client.get("/formulas.json?sort=id").json() == {
        "error": "sort is one of complexity, delta, newest, not 'id'"
    }


HOSTILE = (
    "<script>alert(1)</script>",
    "' or 1=1 --",
    "{{ 7 * 7 }}",
    "\0",
    "%s",
    "☃" * 50,
    "..%2f..%2fetc",
    '"><img src=x>',
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text: str, client: TestClient) -> None:
    for path in ("/search", "/identify", "/read", "/formulas", "/constants"):
        for name in ("q", "constant", "family", "source", "after"):
            answer = client.get(path, params={name: text})
            assert answer.status_code in (200, 303, 404, 422), (path, name, answer.status_code)
            assert "<script>alert" not in answer.text and "<img src=x>" not in answer.text
            assert "49" not in answer.text or "7 * 7" not in text or answer.status_code == 200
    for path in (f"/constant/{text}", f"/pcf/{text}/1", f"/formula/{text}", f"/clusters/{text}"):
        answer = client.get(path.replace("\0", "%00"))
        assert answer.status_code in (404, 422), (path, answer.status_code)
        assert "<script>alert" not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_reading_is_allowed(method: str, client: TestClient) -> None:
    answer = client.request(method, "/formulas")
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})


def test_other_names_of_the_host_are_refused(client: TestClient) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "formulary"):
        assert client.get("/", headers={"host": host}).status_code == 400
    for host in ("localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000"):
        assert client.get("/healthz", headers={"host": host}).status_code == 200, host


# While the catalogue changes


def test_an_etag_holds_until_the_catalogue_changes(client_of_copy: TestClient, seeded_copy: str) -> None:
    for _ in range(20):  # a vacuum on the server is a transaction too
        tag = client_of_copy.get("/formulas").headers["etag"]
        again = client_of_copy.get("/formulas", headers={"if-none-match": tag})
        if again.status_code == 304:
            break
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client_of_copy.get("/formulas?sort=delta", headers={"if-none-match": tag}).status_code == 200
    with open_database(seeded_copy) as database, database.connect() as connection:
        add_formulas(connection, [parse_formula("PCF(n+77, 1)")])
    assert client_of_copy.get("/formulas", headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize("sort", ["complexity", "delta", "newest"])
def test_pages_by_keys_leave_out_nothing_while_rows_arrive(
    sort: str, client_of_copy: TestClient, seeded_copy: str
) -> None:
    column = {"delta": "delta is not null", "complexity": "true", "newest": "true"}[sort]
    with open_database(seeded_copy) as database, database.connect() as connection:
        query = f"select id from formula where is_canonical and {column}"
        there = {row[0] for row in connection.execute(query)}  # type: ignore[arg-type]
        connection.commit()
        found: list[int] = []
        path, arrivals = f"/formulas.json?sort={sort}", iter(range(100, 200))
        while path:
            page = client_of_copy.get(path).json()
            found += [row["id"] for row in page["formulas"]]
            path = page["next"]
            add_formulas(connection, [parse_formula(f"PCF(n+{next(arrivals)}, 1)"), parse_formula("PCF(n+2, 5)")])
            connection.commit()
    assert len(found) == len(set(found)) > 80
    assert there <= set(found)


def test_constants_are_on_exactly_one_page(client: TestClient, seeded_url: str) -> None:
    found: list[str] = []
    path = "/constants.json"
    while path:
        page = client.get(path).json()
        found += [row["name"] for row in page["constants"]]
        path = page["next"]
    with psycopg.connect(seeded_url) as connection:
        there = [row[0] for row in connection.execute("select name from constant order by likelihood, id")]
    assert found == there


def test_every_constant_has_a_page(client: TestClient) -> None:
    for row in client.get("/constants.json").json()["constants"]:
        from indexer.web.filters import constant_address

        assert client.get(constant_address(row["name"])).status_code == 200, row["name"]


def test_a_rejected_relation_is_marked(client_of_copy: TestClient, seeded_copy: str) -> None:
    from catalog.store.formulas import ids_by_key
    from catalog.store.judgement import reject

    key = parse_formula("PCF(2n+1, n^2)").key
    with open_database(seeded_copy) as database, database.connect() as connection:
        reject(connection, ids_by_key(connection, [key])[key], "4/pi", "a <b>test</b>", "me")
    text = client_of_copy.get(GAUSS).text
    assert "by me: a &lt;b&gt;test&lt;/b&gt;" in text


def test_an_empty_catalogue_has_all_pages(database_url: str, tmp_path: Path) -> None:
    lists = ("/", "/formulas", "/constants", "/families", "/clusters", "/fields", "/map")
    for client in client_of(database_url, tmp_path):
        for path in (*lists, "/status", "/reliability", "/metrics"):
            assert client.get(path).status_code == 200, path
        assert client.get("/random").status_code == 404


# The rate of computations


def test_an_address_computes_at_its_rate() -> None:
    now = [0.0]
    rate = Rate(lambda: now[0])
    assert [rate.wait("a") for _ in range(BURST)] == [0.0] * BURST
    assert rate.wait("a") == pytest.approx(2.0)
    assert rate.wait("b") == 0.0
    now[0] = 2.0
    assert rate.wait("a") == 0.0
    assert rate.wait("a") > 0


def test_who_asks_too_often_is_told_when_to_come_back(seeded_url: str, tmp_path: Path) -> None:
    for client in client_of(seeded_url, tmp_path):
        client.app.state.site.rate = Rate(lambda: 0.0)  # type: ignore[attr-defined]
        answers = [client.get("/identify.json?q=1.27") for _ in range(BURST + 1)]
        assert [answer.status_code for answer in answers] == [200] * BURST + [429]
        assert answers[-1].headers["retry-after"] == "2"
        assert answers[-1].json()["error"].startswith("too many computations")
        assert client.get("/formulas").status_code == 200  # reading is not counted
