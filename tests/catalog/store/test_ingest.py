"""Batches of formulas: what is stored, what is returned, what is refused; chunks and their leases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import psycopg
import pytest
from sqlalchemy import Double, Integer, Text

import catalog.store.ingest
from catalog.database.copying import floats, integers, numeric_arrays, pack, texts
from catalog.database.opening import SCHEMA_VERSION, Database
from catalog.errors import LeaseLost, VersionMismatch
from catalog.formulas.pcf import PCF
from catalog.schema.facts import formula as formula_table
from catalog.store import formulas as queries
from catalog.store import leases
from catalog.store.findings import ExclusionRow, Findings, GuessRow, RelationRow, SourceRow, Term
from catalog.store.formula_rows import FLOAT_COLUMNS, INTEGER_COLUMNS, TEXT_COLUMNS, FormulaRows
from catalog.store.ingest import ingest, resolve_waiting
from catalog.store.progress import summary
from catalog.store.storing_findings import store_findings
from catalog.store.vectors import vector_count, vectors_beyond

BROUNCKER = PCF((1, 2), (0, 0, 1))
GOLDEN = PCF((1,), (1,))


def batch(*formulas: PCF, **columns: list[object]) -> FormulaRows:
    """Formulas that converge to something unknown, with the given columns besides."""
    n = len(formulas)
    return FormulaRows(
        a=[f.a for f in formulas],
        b=[f.b for f in formulas],
        keys=[f.key for f in formulas],
        canonical_keys=[f.canonical()[0].key for f in formulas],
        columns={"status": ["converges"] * n} | columns,
        evaluator_version=1,
        vectors=np.arange(3 * n, dtype=np.float32).reshape(n, 3),
        vector_version=1,
    )


def one(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def test_the_batch_knows_every_column_that_the_table_has() -> None:
    by_type = {kind: set() for kind in (Text, Integer, Double)}
    for column in formula_table.columns:
        for kind, names in by_type.items():
            if type(column.type) is kind:
                names.add(column.name)
    assert by_type[Text] - {"kind", "definition"} == set(TEXT_COLUMNS)
    assert by_type[Integer] - {"evaluator_version", "complexity"} == set(INTEGER_COLUMNS)
    assert by_type[Double] == set(FLOAT_COLUMNS)


def test_formulas_come_back_as_they_went_in(connection: psycopg.Connection) -> None:
    huge = PCF((10**40 + 7, -3), (2**63, 0, 0, -(10**19)))
    rows = batch(
        BROUNCKER,
        huge,
        convergence_class=["exponential", None],
        limit_value=["1.2732395447", None],
        limit_digits=[11, None],
        limit_float8=[1.2732395447, float("inf")],
        delta=[0.25, None],
        status_reason=[None, "π is not ascii: \t \\N"],
    )
    result = ingest(connection, rows)
    assert result.new.all()
    first, second = (queries.formula_by_id(connection, int(i)) for i in result.ids)
    assert first is not None and second is not None
    assert (first["a"], first["b"]) == (BROUNCKER.a, BROUNCKER.b)
    assert (second["a"], second["b"]) == (huge.a, huge.b)
    assert (first["convergence_class"], second["convergence_class"]) == ("exponential", None)
    assert (first["limit_value"], first["limit_digits"], first["limit_float8"]) == ("1.2732395447", 11, 1.2732395447)
    assert (second["limit_value"], second["limit_digits"], second["limit_float8"]) == (None, None, None)
    assert (first["delta"], second["delta"]) == (0.25, None)
    assert (first["status_reason"], second["status_reason"]) == (None, "π is not ascii: \t \\N")
    assert first == queries.formula_by_key(connection, BROUNCKER.key)


def test_a_known_formula_keeps_its_row_and_its_number(connection: psycopg.Connection) -> None:
    before = ingest(connection, batch(BROUNCKER, limit_value=["1.27"]))
    after = ingest(connection, batch(GOLDEN, BROUNCKER, limit_value=["1.6", "9.99"]))
    assert list(after.new) == [True, False]
    assert after.ids[1] == before.ids[0]
    stored = queries.formula_by_key(connection, BROUNCKER.key)
    assert stored is not None and stored["limit_value"] == "1.27"


def test_a_formula_twice_in_a_batch_is_one_and_new_once(connection: psycopg.Connection) -> None:
    result = ingest(connection, batch(GOLDEN, BROUNCKER, GOLDEN))
    assert list(result.new) == [True, True, False]
    assert result.ids[0] == result.ids[2]
    assert one(connection, "select count(*) from formula") == 2


def test_an_empty_batch_stores_nothing(connection: psycopg.Connection) -> None:
    assert len(ingest(connection, batch()).ids) == 0


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"limits": ["1"]}, "unknown columns"),
        ({"limit_value": ["1", "2"]}, "another length"),
    ],
)
def test_a_batch_that_does_not_fit_is_refused(columns: dict[str, list[object]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        batch(GOLDEN, **columns)


class TestCanonical:
    def test_mirror_in_the_same_batch(self, connection: psycopg.Connection) -> None:
        ids = ingest(connection, batch(BROUNCKER.mirror(), BROUNCKER)).ids
        mirror, canonical = (queries.formula_by_id(connection, int(i)) for i in ids)
        assert mirror is not None and canonical is not None
        assert (mirror["is_canonical"], mirror["canonical_id"]) == (False, canonical["id"])
        assert (canonical["is_canonical"], canonical["canonical_id"]) == (True, None)

    def test_canonical_known_before(self, connection: psycopg.Connection) -> None:
        canonical = ingest(connection, batch(BROUNCKER)).ids[0]
        inflated = ingest(connection, batch(BROUNCKER.inflate(3))).ids[0]
        row = queries.formula_by_id(connection, int(inflated))
        assert row is not None and row["canonical_id"] == canonical

    def test_canonical_comes_later(self, connection: psycopg.Connection) -> None:
        inflated = ingest(connection, batch(BROUNCKER.inflate(3))).ids[0]
        assert one(connection, "select count(*) from canonical_pending") == 1
        canonical = ingest(connection, batch(BROUNCKER)).ids[0]
        row = queries.formula_by_id(connection, int(inflated))
        assert row is not None and row["canonical_id"] == canonical
        assert one(connection, "select count(*) from canonical_pending") == 0

    def test_canonical_comes_at_the_same_time(
        self, database: Database, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither of two transactions at once sees the other's rows."""
        written, both = catalog.store.ingest._ingest, threading.Barrier(2)

        def held(*arguments: Any, **options: Any) -> Any:
            ingested = written(*arguments, **options)
            both.wait(30)
            return ingested

        monkeypatch.setattr(catalog.store.ingest, "_ingest", held)
        with database.connect() as other, ThreadPoolExecutor(2) as threads:
            inflated = threads.submit(ingest, connection, batch(BROUNCKER.inflate(3)))
            canonical = threads.submit(ingest, other, batch(BROUNCKER))
            expected, number = canonical.result().ids[0], int(inflated.result().ids[0])
        row = queries.formula_by_id(connection, number)
        assert row is not None and row["canonical_id"] == expected
        assert one(connection, "select count(*) from canonical_pending") == 0

    def test_what_a_killed_process_has_left_is_tied_later(self, connection: psycopg.Connection) -> None:
        inflated = ingest(connection, batch(BROUNCKER.inflate(3))).ids[0]
        canonical = ingest(connection, batch(BROUNCKER)).ids[0]
        with connection.transaction():
            connection.execute("update formula set canonical_id = null where id = %s", [int(inflated)])
            connection.execute("insert into canonical_pending values (%s, %s)", [int(inflated), BROUNCKER.key])
        assert resolve_waiting(connection) == 1
        row = queries.formula_by_id(connection, int(inflated))
        assert row is not None and row["canonical_id"] == canonical


class TestFindings:
    @pytest.fixture
    def ids(self, connection: psycopg.Connection) -> list[int]:
        connection.execute("insert into constant (name, expression, likelihood) values ('pi', 'pi', 1)")
        connection.commit()
        return [int(i) for i in ingest(connection, batch(BROUNCKER, GOLDEN)).ids]

    def store(self, connection: psycopg.Connection, ids: list[int], **findings: list[object]) -> list[int]:
        with connection.transaction(), connection.cursor() as cursor:
            return store_findings(cursor, Findings("0.1", **findings), ids)  # type: ignore[arg-type]

    def four_over_pi(self, proof: str = "verified", digits: int = 105) -> RelationRow:
        return RelationRow(0, "moebius", (4, 0, 0, 1), "4/pi", "lll", proof, 60, digits, constant="pi")

    def test_a_moebius_relation_with_its_terms(self, connection: psycopg.Connection, ids: list[int]) -> None:
        self.store(connection, ids, relations=[self.four_over_pi()])
        (row,) = queries.relations_of(connection, ids[0])
        assert (row["constant"], row["coefficients"], row["proof"]) == ("pi", (4, 0, 0, 1), "verified")
        terms = connection.execute(
            "select coefficient, limit_exponent, constant_exponent from relation_term order by term_number"
        ).fetchall()
        assert terms == [(4, 0, 0), (-1, 1, 1)]  # 4 - L pi = 0

    def test_an_algebraic_relation_with_its_terms(self, connection: psycopg.Connection, ids: list[int]) -> None:
        golden = RelationRow(1, "quadratic", (-1, -1, 1), "(1 + sqrt(5))/2", "lll", "verified", 60, 105)
        self.store(connection, ids, relations=[golden])
        terms = connection.execute("select coefficient, limit_exponent from relation_term order by term_number")
        assert terms.fetchall() == [(-1, 0), (-1, 1), (1, 2)]

    def test_a_relation_between_two_formulas(self, connection: psycopg.Connection, ids: list[int]) -> None:
        tie = RelationRow(0, "formula", (0, 1, 2, 0), "M/2", "family", "verified", 60, 105, other_key=GOLDEN.key)
        self.store(connection, ids, relations=[tie])
        terms = connection.execute(
            "select coefficient, limit_exponent, other_formula_id, other_exponent from relation_term order by 2"
        )
        assert terms.fetchall() == [(1, 0, ids[1], 1), (-2, 1, None, 0)]

    def test_several_constants_by_explicit_terms(self, connection: psycopg.Connection, ids: list[int]) -> None:
        terms = [Term(-1, 1), Term(3, 0, constant="pi", constant_exponent=2), Term(5)]
        relation = RelationRow(0, "linear", (), "3pi^2 + 5", "lll", "verified", 60, 105, "pi", terms=terms)
        self.store(connection, ids, relations=[relation])
        assert one(connection, "select count(*) from relation_term") == 3

    @pytest.mark.parametrize("order", [1, -1])
    def test_a_stronger_proof_replaces_a_weaker_one(
        self, connection: psycopg.Connection, ids: list[int], order: int
    ) -> None:
        weak, strong = self.four_over_pi("numerical"), self.four_over_pi("closed_form")
        first, second = [weak, strong][::order]
        numbers = self.store(connection, ids, relations=[first])
        numbers += self.store(connection, ids, relations=[second])
        numbers += self.store(connection, ids, relations=[first, second])
        assert len(set(numbers)) == 1
        assert [row["proof"] for row in queries.relations_of(connection, ids[0])] == ["closed_form"]
        assert one(connection, "select count(*) from relation_term") == 2

    def test_a_constant_that_is_not_there_is_refused(self, connection: psycopg.Connection, ids: list[int]) -> None:
        relation = RelationRow(0, "moebius", (4, 0, 0, 1), "4/tau", "lll", "verified", 60, 105, constant="tau")
        with pytest.raises(ValueError, match="no constant tau"):
            self.store(connection, ids, relations=[relation])
        assert one(connection, "select count(*) from relation") == 0

    def test_guesses_in_order_with_their_relation(self, connection: psycopg.Connection, ids: list[int]) -> None:
        guesses = [
            GuessRow(0, 2, "neighbour", "found", "pi", neighbour_id=ids[1], distance=0.5, digits_used=60, relation=0),
            GuessRow(0, 1, "family", "too_few_digits", "pi", digits_needed=40),
        ]
        (number,) = self.store(connection, ids, relations=[self.four_over_pi()], guesses=guesses)
        first, second = queries.guesses_of(connection, ids[0])
        assert (first["proposer"], first["outcome"], first["digits_needed"]) == ("family", "too_few_digits", 40)
        assert (second["relation_id"], second["neighbour"]) == (number, str(GOLDEN))

    def test_an_exclusion_is_one_row_however_often_it_is_found(
        self, connection: psycopg.Connection, ids: list[int]
    ) -> None:
        for tried in (30, 31):
            self.store(connection, ids, exclusions=[ExclusionRow(1, "v1", "moebius", 6, 60, "excluded", tried)])
        assert [row["constants_tried"] for row in queries.exclusions_of(connection, ids[1])] == [31]

    def test_sources(self, connection: psycopg.Connection, ids: list[int]) -> None:
        self.store(connection, ids, sources=[SourceRow(0, "Arithmetica Infinitorum", author="Wallis")] * 2)
        assert [row["author"] for row in queries.sources_of(connection, ids[0])] == ["Wallis"]

    def test_guesses_of_known_formulas_are_not_stored_again(
        self, connection: psycopg.Connection, ids: list[int]
    ) -> None:
        guess = GuessRow(0, 1, "library", "excluded", "pi")
        ingest(connection, batch(BROUNCKER), Findings("0.1", guesses=[guess]))
        assert queries.guesses_of(connection, ids[0]) == []

    def test_the_views_show_what_was_found(self, connection: psycopg.Connection, ids: list[int]) -> None:
        self.store(connection, ids, relations=[self.four_over_pi()])
        assert one(connection, "select relation from formulas where formula = 'PCF(2n + 1, n^2)'") == "4/pi"
        assert one(connection, "select formula from identified") == "PCF(2n + 1, n^2)"
        assert one(connection, "select relation from relations") == "PCF(2n + 1, n^2) = 4/pi"
        assert one(connection, "select formulas from constants_summary where constant = 'pi'") == 1
        assert [row["constant"] for row in queries.anchors(connection)] == ["pi"]
        assert queries.labels_of(connection, ids)[ids[0]]["expression"] == "4/pi"


class TestChunks:
    @pytest.fixture
    def run_id(self, connection: psycopg.Connection) -> int:
        assert leases.add_space(connection, "tiny", "a = n; b = A, A in 1..10", 10, chunk_size=4)
        return self.start(connection)

    def start(self, connection: psycopg.Connection) -> int:
        return leases.start_run(
            connection,
            host="here",
            process_id=1,
            program_version="0.1",
            schema_version=SCHEMA_VERSION,
            evaluator_version=1,
            vector_version=1,
            worker_count=2,
        )

    def claim(self, connection: psycopg.Connection, run_id: int, **options: float) -> leases.Lease:
        lease = leases.claim_chunk(connection, run_id, **({"seconds": 60} | options))  # type: ignore[arg-type]
        assert lease is not None
        return lease

    @pytest.mark.parametrize(
        "column, there",
        [("schema_version", "9999"), ("evaluator_version", 2), ("vector_version", 2)],
    )
    def test_another_version_is_refused_a_lease_by_name(
        self, connection: psycopg.Connection, run_id: int, column: str, there: object
    ) -> None:
        self.claim(connection, run_id)
        if column == "schema_version":
            connection.execute("update alembic_version set version_num = %s", [there])
        else:
            newer = self.start(connection)
            connection.execute(f"update run set {column} = %s where id = %s", [there, newer])  # type: ignore[arg-type]
        connection.commit()
        what = {"schema_version": "schema", "evaluator_version": "evaluator", "vector_version": "neighbour vector"}
        with pytest.raises(VersionMismatch, match=f"version {there} of the {what[column]} and this daemon at version"):
            leases.claim_chunk(connection, run_id, seconds=60)
        assert leases.work_remains(connection) == (2, 1)

    def test_a_catalogue_that_was_restored_under_a_daemon_gives_no_lease(
        self, connection: psycopg.Connection, run_id: int
    ) -> None:
        with connection.transaction():
            connection.execute("update catalogue set epoch = 'before'")
        with pytest.raises(VersionMismatch, match="restored or copied; run `formulary init`"):
            leases.claim_chunk(connection, run_id, seconds=60)

    def test_chunks_are_claimed_in_order_each_once(self, connection: psycopg.Connection, run_id: int) -> None:
        ranks = [(lease.first_rank, lease.last_rank) for lease in (self.claim(connection, run_id) for _ in range(3))]
        assert ranks == [(0, 4), (4, 8), (8, 10)]
        assert leases.claim_chunk(connection, run_id, seconds=60) is None
        assert leases.work_remains(connection) == (0, 3)

    def test_a_known_space_is_not_added_again(self, connection: psycopg.Connection, run_id: int) -> None:
        assert not leases.add_space(connection, "tiny", "other", 99, chunk_size=4)
        assert one(connection, "select count(*) from chunk") == 3

    def test_a_chunk_that_is_being_claimed_is_passed_over(
        self, database: Database, connection: psycopg.Connection, run_id: int
    ) -> None:
        with database.connect() as other:
            other.execute("select from chunk where first_rank = 0 for update")
            assert self.claim(connection, run_id).first_rank == 4

    def test_a_limit_cuts_the_chunk_across_it(self, connection: psycopg.Connection, run_id: int) -> None:
        first, second = (self.claim(connection, run_id, rank_limit=6) for _ in range(2))
        assert (first.last_rank, second.last_rank) == (4, 6)
        assert leases.claim_chunk(connection, run_id, seconds=60, rank_limit=6) is None
        assert (self.claim(connection, run_id).first_rank, one(connection, "select count(*) from chunk")) == (6, 4)

    def test_done_goes_with_the_rows(self, connection: psycopg.Connection, run_id: int) -> None:
        ingest(connection, batch(GOLDEN))
        lease = self.claim(connection, run_id)
        failed = {"status": ["undetermined"] * 2, "evaluation_error": [None, "out of depth"]}
        ingest(connection, batch(GOLDEN, BROUNCKER, **failed), lease=lease)  # type: ignore[arg-type]
        columns = "state, formulas_total, formulas_new, formulas_failed"
        row = connection.execute(f"select {columns} from chunk where id = %s", [lease.chunk_id]).fetchone()
        assert row == ("done", 2, 1, 1)
        progress = summary(connection)
        assert (progress.spaces[0]["ranks_done"], progress.ranks_left) == (4, 6)

    def test_a_lease_that_was_taken_over_stores_nothing(self, connection: psycopg.Connection, run_id: int) -> None:
        late = self.claim(connection, run_id, seconds=-1)
        taken = self.claim(connection, run_id)
        assert (taken.chunk_id, taken.attempts) == (late.chunk_id, 2)
        with pytest.raises(LeaseLost, match=f"chunk {late.chunk_id} was taken over"):
            ingest(connection, batch(GOLDEN), lease=late)
        assert one(connection, "select count(*) from formula") == 0
        ingest(connection, batch(GOLDEN), lease=taken)

    def test_an_expired_lease_serves_until_it_is_taken_over(self, connection: psycopg.Connection, run_id: int) -> None:
        late = self.claim(connection, run_id, seconds=-1)
        assert ingest(connection, batch(GOLDEN), lease=late).new.all()

    def test_a_chunk_is_done_once(self, connection: psycopg.Connection, run_id: int) -> None:
        lease = self.claim(connection, run_id)
        ingest(connection, batch(GOLDEN), lease=lease)
        with pytest.raises(LeaseLost):
            ingest(connection, batch(BROUNCKER), lease=lease)

    def test_heartbeat_renews_what_is_still_held(self, connection: psycopg.Connection, run_id: int) -> None:
        lost, held = self.claim(connection, run_id, seconds=-1), self.claim(connection, run_id)
        assert lost.chunk_id == held.chunk_id
        assert leases.heartbeat(connection, run_id, [lost, held], seconds=60) == {held.token}

    def test_release_fail_and_split(self, connection: psycopg.Connection, run_id: int) -> None:
        lease = self.claim(connection, run_id)
        assert leases.release_chunk(connection, lease)
        assert not leases.release_chunk(connection, lease)
        again = self.claim(connection, run_id)
        assert (again.chunk_id, again.attempts) == (lease.chunk_id, 1)  # given back: no attempt
        assert not leases.split_chunk(connection, again, again.first_rank)
        assert leases.split_chunk(connection, again, 2, "killed")
        half = self.claim(connection, run_id)
        assert (half.first_rank, half.last_rank, half.attempts) == (0, 2, 1)
        assert leases.fail_chunk(connection, half, "killed")
        assert self.claim(connection, run_id).first_rank == 2

    def test_runs_show_and_end(self, connection: psycopg.Connection, run_id: int) -> None:
        self.claim(connection, run_id)
        (run,) = summary(connection).runs
        assert (run["leased"], run["ended_at"]) == (1, None)
        leases.end_run(connection, run_id, "done")
        assert summary(connection).runs[0]["end_reason"] == "done"


class TestWatermark:
    def ids(self, connection: psycopg.Connection, watermark: int) -> tuple[int, list[int]]:
        after, blocks = vectors_beyond(connection, watermark, 1)
        return after, [int(i) for ids, _ in blocks for i in ids]

    def test_a_lower_id_that_commits_last_is_not_lost(self, database: Database, connection: psycopg.Connection) -> None:
        with database.connect() as slow, database.connect() as quick:
            with slow.transaction():
                low = int(ingest(slow, batch(BROUNCKER)).ids[0])
                high = int(ingest(quick, batch(GOLDEN)).ids[0])
                assert low < high
                watermark, seen = self.ids(connection, 0)
                assert seen == [high]
            watermark, seen = self.ids(connection, watermark)
            assert low in seen
        assert self.ids(connection, watermark)[1] == []

    def test_vectors_come_back_in_blocks(self, connection: psycopg.Connection) -> None:
        formulas = [PCF((1, k), (k, 1)) for k in range(1, 3000)]
        stored = ingest(connection, batch(*formulas))
        ids, vectors = zip(*vectors_beyond(connection, 0, 1)[1], strict=True)
        assert (np.concatenate(ids) == stored.ids).all()
        assert (np.concatenate(vectors) == np.arange(3 * 2999, dtype=np.float32).reshape(-1, 3)).all()
        assert self.ids(connection, 0)[1] == list(stored.ids)
        assert vector_count(connection, 1) == 2999
        assert list(vectors_beyond(connection, 0, 2)[1]) == []

    def test_a_vector_that_is_not_finite_is_not_stored(self, connection: psycopg.Connection) -> None:
        rows = batch(BROUNCKER, GOLDEN)
        assert rows.vectors is not None
        rows.vectors[0, 1] = np.nan
        assert self.ids(connection, 0)[1] == []
        stored = ingest(connection, rows)
        assert self.ids(connection, 0)[1] == [stored.ids[1]]


@pytest.mark.parametrize("second", [1, -1], ids=["the same order", "opposite order"])
def test_two_batches_of_the_same_formulas_both_arrive(database: Database, second: int) -> None:
    """Neither sees the other's rows; the one that finds them there, or that the server ends, is tried again."""
    import threading

    formulas = [PCF((1, k), (k, 1)) for k in range(1, 1500)]
    results = []

    def store(order: int) -> None:
        with database.connect() as connection:
            results.append(ingest(connection, batch(*formulas[::order])))

    threads = [threading.Thread(target=store, args=(order,)) for order in (1, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(result.new.sum()) for result in results) == [0, 1499]


def test_binary_records_equal_those_of_the_driver(connection: psycopg.Connection) -> None:
    texts_in, numbers, reals = ["a", None, "", "ü"], [1, None, -5, 2**31 - 1], [0.5, None, np.nan, 1e300]
    connection.execute("create temporary table wire (t text, i integer, f float8)")
    with connection.cursor().copy("copy wire from stdin (format binary)") as copy:
        copy.write(pack([texts(texts_in), integers(numbers), floats(reals)]))
    assert connection.execute("select * from wire").fetchall() == [
        ("a", 1, 0.5),
        (None, None, None),
        ("", -5, None),
        ("ü", 2**31 - 1, 1e300),
    ]


NUMBERS = (0, 1, -1, 9999, 10**4, -(10**8), 123456789, 10**40 + 7, -(2**200))


def test_exact_integers_of_any_size_arrive_in_binary(connection: psycopg.Connection) -> None:
    connection.execute("create temporary table wire (n numeric[])")
    with connection.cursor().copy("copy wire from stdin (format binary)") as copy:
        copy.write(pack([numeric_arrays([NUMBERS, NUMBERS[:1]])]))
    assert connection.execute("select n::text from wire").fetchall() == [
        ("{" + ",".join(map(str, numbers)) + "}",) for numbers in (NUMBERS, NUMBERS[:1])
    ]
    assert connection.execute(
        "select count(*) from wire, unnest(n) with ordinality as item (number, place)"
        " where number = any (%s::numeric[]) and scale(number) = 0",
        [list(NUMBERS)],
    ).fetchone() == (len(NUMBERS) + 1,)


@pytest.mark.parametrize(
    "values",
    [
        "status = 'fine'",
        "convergence_class = 'exponential', status = 'diverges'",
        "limit_value = '1', status = 'undetermined'",
        "limit_exact = '1/2', bound_kind = 'agreement'",
        "evaluation_error = 'no', status = 'converges'",
        "a = '{1,0}'",
        "b = '{}'",
    ],
)
def test_impossible_rows_are_refused(connection: psycopg.Connection, values: str) -> None:
    ingest(connection, batch(GOLDEN))
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(f"update formula set {values}")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "formula",
    [BROUNCKER, GOLDEN, PCF((-1, 1, -1), (0, -12, 5)), PCF((0, 0, 0, 7), (10**40,)), PCF((2**63, 1), (0, 2**63 - 1))],
    ids=str,
)
def test_views_write_a_formula_as_python_does(connection: psycopg.Connection, formula: PCF) -> None:
    ingest(connection, batch(formula))
    row = connection.execute("select formula, deg_a, deg_b, height, complexity, a0, b1, b2 from formulas").fetchone()
    assert row is not None
    assert row[0] == str(formula)
    height = formula.height if formula.height < 2**63 else None
    assert row[1:5] == (formula.deg_a, formula.deg_b, height, formula.complexity)
    padded = [c if abs(c) < 2**63 else None for c in (formula.a[0], *(*formula.b, 0, 0)[1:3])]
    assert list(row[5:]) == padded
