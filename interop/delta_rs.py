"""delta-rs beside us: reads what we wrote, writes what we read.

Usage: delta_rs.py GATEWAY_JAR TARGET_FOLDER, after the tests of this module, which leave the orders
pipeline's tables in TARGET_FOLDER/tables and the classes of SqlDriver in
TARGET_FOLDER/flink-sql/classes. Each function that is a @check is one line of output; docs/delta.md
names them.
"""

import contextlib
import datetime
import decimal
import json
import pathlib
import shutil
import subprocess
import sys

import deltalake
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

JAR, TARGET = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
ROOT = TARGET / "delta-rs"
UTC = datetime.timezone.utc
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class Flink:
    """SqlDriver, as FlinkSql of the Java tests uses it."""

    def __init__(self):
        opens = [
            f"--add-opens=java.base/{package}=ALL-UNNAMED"
            for package in ["java.lang", "java.util", "java.util.concurrent", "java.net", "java.nio", "sun.nio.ch"]
        ]
        classes = TARGET / "flink-sql" / "classes"
        self.process = subprocess.Popen(
            ["java", "-Xmx1g", "-XX:TieredStopAtLevel=1", "-Duser.timezone=UTC", *opens]
            + ["-cp", f"{JAR}:{classes}", "io.millrace.interop.SqlDriver", str(ROOT / "driver")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=open(ROOT / "driver.log", "w"),
            text=True,
        )

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"])
        return answer.get("rows")

    def create(self, name, columns, options=(), partitions=""):
        options = ", ".join([f"'connector' = 'delta', 'path' = '{ROOT / name}'", *options])
        self.ask(mode="stream", sql=f"DROP TEMPORARY TABLE IF EXISTS {name}")
        self.ask(mode="stream", sql=f"CREATE TEMPORARY TABLE {name} ({columns}) {partitions} WITH ({options})")

    def run(self, statement):
        return self.ask(mode="stream", sql=statement)

    def rows(self, name, where="", **options):
        self.ask(table=name, path=str(ROOT / name), options=options)
        return sorted(self.ask(mode="batch", sql=f"SELECT * FROM {name} {where}"))

    def insert(self, name, values):
        self.ask(table=name, path=str(ROOT / name))
        self.run(f"INSERT INTO {name} {values}")

    def changes(self, name, first, last):
        options = {"mode": "change-rows", "starting-version": str(first), "ending-version": str(last)}
        metadata = {"_change_type": "STRING", "_commit_version": "BIGINT"}
        self.ask(table=name, path=str(ROOT / name), options=options, metadata=metadata)
        return sorted(self.run(f"SELECT * FROM {name}"))


class Refused(Exception):
    pass


def text(value, kind):
    """A value as RowText of the Java tests has it."""
    if value is None:
        return "null"
    if pa.types.is_struct(kind):
        return "(" + ", ".join(text(value[f.name], f.type) for f in kind) + ")"
    if pa.types.is_map(kind):
        pairs = value.items() if isinstance(value, dict) else value
        return "{" + ", ".join(sorted(f"{text(k, kind.key_type)}: {text(v, kind.item_type)}" for k, v in pairs)) + "}"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_list_view(kind):
        return "[" + ", ".join(text(item, kind.value_type) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("\n", "\\n").replace("'", "\\'") + "'"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    if isinstance(value, datetime.datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z" if value.tzinfo else value.isoformat()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return str(value)


def texts(table):
    columns = [column.to_pylist() for column in table.columns]
    kinds = [field.type for field in table.schema]
    return sorted("(" + ", ".join(text(v, k) for v, k in zip(row, kinds)) + ")" for row in zip(*columns))


def theirs(name, version=None):
    return texts(pa.table(DeltaTable(str(ROOT / name), version=version).scan()))


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"found    {found}\n  expected {expected}")


def agree(name, count):
    rows = flink.rows(name)
    equal(rows, theirs(name))
    equal(len(rows), count)


@contextlib.contextmanager
def refused(words):
    """What is in the block fails with these words, in delta-rs or in ours."""
    try:
        yield
    except Exception as failure:
        if words not in str(failure):
            raise
        return
    raise AssertionError(f"not refused: {words}")


# What we wrote.


@check
def the_tables_of_the_orders_pipeline():
    expected = json.loads((TARGET / "tables" / "expected.json").read_text())
    for name, rows in expected.items():
        table = DeltaTable(str(TARGET / "tables" / name))
        equal((name, pa.table(table.scan()).num_rows), (name, rows))
        # Their older reader knows no deletion vectors, and must say so.
        if name.startswith("gold"):
            with refused("deletionVectors"):
                table.to_pyarrow_dataset().count_rows()
        else:
            equal((name, table.to_pyarrow_dataset().count_rows()), (name, rows))


EVERY_TYPE = (
    "id BIGINT, txt STRING, small SMALLINT, tiny TINYINT, num INT, flag BOOLEAN, dbl DOUBLE, money DECIMAL(12, 2),"
    " big DECIMAL(38, 18), day_ DATE, at_ TIMESTAMP_LTZ(6), wall TIMESTAMP(6), bytes_ BYTES,"
    " list ARRAY<ROW<a INT, b STRING>>, tags MAP<STRING, INT>, inn ROW<x BIGINT, y ROW<z DECIMAL(8, 3)>>"
)


@check
def ours_of_every_type():
    flink.create("every_type", EVERY_TYPE)
    flink.run(
        "INSERT INTO every_type VALUES (1, 'Zürich ''🚂', CAST(-3 AS SMALLINT), CAST(4 AS TINYINT), 5, TRUE, 1.5E0,"
        " -12.30, CAST('12345678901234567890.123456789012345678' AS DECIMAL(38, 18)), DATE '2026-11-22',"
        " CAST(TIMESTAMP '2026-11-22 01:02:03.000004' AS TIMESTAMP_LTZ(6)), TIMESTAMP '1969-12-31 23:59:59.999999',"
        " x'00ff', ARRAY[ROW(1, 'b')], MAP['k', 1, 'n', CAST(NULL AS INT)], ROW(1, ROW(1.125)))"
    )
    flink.run("INSERT INTO every_type (id) VALUES (2)")
    agree("every_type", 2)
    for column in ["id", "txt", "small", "num", "day_", "wall", "at_", "money", "big"]:
        found = DeltaTable(str(ROOT / "every_type")).scan(predicate=f"{column} IS NOT NULL AND id = 1")
        equal((column, pa.table(found).num_rows), (column, 1))


@check
def ours_in_partitions():
    flink.create("partitions", "id INT, p STRING, d DATE", partitions="PARTITIONED BY (p, d)")
    flink.run(
        "INSERT INTO partitions VALUES (1, 'a/b=c', DATE '2026-11-22'), (2, 'ü €%', CAST(NULL AS DATE)),"
        " (3, CAST(NULL AS STRING), DATE '0001-01-01'), (4, '%2F', DATE '9999-12-31'), (5, 'x:y', DATE '2026-11-22')"
    )
    agree("partitions", 5)
    write_deltalake(
        str(ROOT / "partitions"),
        pa.table({"id": pa.array([6], pa.int32()), "p": ["a/b=c"], "d": [datetime.date(2026, 1, 1)]}),
        mode="append",
    )
    agree("partitions", 6)


@check
def ours_with_deletion_vectors():
    flink.create("vectors", "id BIGINT, n INT, PRIMARY KEY (id) NOT ENFORCED")
    flink.run("INSERT INTO vectors VALUES (1, 1), (2, 2), (3, 3) ON CONFLICT DO DEDUPLICATE")
    flink.run("INSERT INTO vectors VALUES (2, 20), (4, 4) ON CONFLICT DO DEDUPLICATE")
    agree("vectors", 4)
    DeltaTable(str(ROOT / "vectors")).optimize.compact()
    agree("vectors", 4)


@check
def ours_with_mapped_columns():
    for mode in ["name", "id"]:
        name = "mapped_" + mode
        flink.create(name, "`a b` BIGINT, r ROW<x INT, `y,z` STRING>", [f"'delta.columnMapping.mode' = '{mode}'"])
        flink.run(f"INSERT INTO {name} VALUES (1, ROW(2, 'c'))")
        agree(name, 1)


@check
def ours_with_changes():
    flink.create("changes", "id BIGINT, n INT", ["'delta.enableChangeDataFeed' = 'true'"])
    flink.run("INSERT INTO changes VALUES (1, 1), (2, 2)")
    table = DeltaTable(str(ROOT / "changes"))
    table.update(updates={"n": "n + 1"}, predicate="id = 2")
    table.delete("id = 1")
    last = DeltaTable(str(ROOT / "changes")).version()
    found = pa.table(DeltaTable(str(ROOT / "changes")).load_cdf(starting_version=1, ending_version=last))
    found = found.select(["id", "n", "_change_type", "_commit_version"])
    equal(flink.changes("changes", 1, last), texts(found))
    equal(found.num_rows, 5)


@check
def ours_with_times_in_commits():
    flink.create("times", "id BIGINT", ["'delta.enableInCommitTimestamps' = 'true'"])
    flink.run("INSERT INTO times VALUES (1)")
    agree("times", 1)


@check
def ours_with_checkpoints():
    for policy in ["classic", "v2"]:
        name = "checkpoints_" + policy
        options = ["'delta.checkpointInterval' = '2'", f"'delta.checkpointPolicy' = '{policy}'"]
        flink.create(name, "id BIGINT", options)
        for i in range(3):
            flink.run(f"INSERT INTO {name} VALUES ({i})")
        log = ROOT / name / "_delta_log"
        assert list(log.glob("*2.checkpoint*")), sorted(log.iterdir())
        (log / "00000000000000000000.json").unlink()
        (log / "00000000000000000001.json").unlink()
        agree(name, 3)


@check
def ours_with_tracked_rows():
    flink.create("tracked", "id BIGINT", ["'delta.enableRowTracking' = 'true'"])
    flink.run("INSERT INTO tracked VALUES (1)")
    agree("tracked", 1)


@check
def ours_with_wider_types():
    flink.create("wider", "i INT", ["'delta.enableTypeWidening' = 'true'"])
    flink.run("INSERT INTO wider VALUES (1)")
    flink.create("wider", "i BIGINT", ["'sink.schema-evolution' = 'widen'"])
    flink.run("INSERT INTO wider VALUES (5000000000)")
    equal(flink.rows("wider"), ["(1)", "(5000000000)"])
    with refused("TypeWidening"):
        theirs("wider")


@check
def ours_with_constraints():
    flink.create("constrained", "id BIGINT", ["'delta.constraints.positive' = 'id > 0'"])
    flink.run("INSERT INTO constrained VALUES (1)")
    agree("constrained", 1)
    with refused("failed validation check"):
        write_deltalake(str(ROOT / "constrained"), pa.table({"id": [-1]}), mode="append")
    write_deltalake(str(ROOT / "constrained"), pa.table({"id": [2]}), mode="append")
    agree("constrained", 2)


@check
def ours_only_appended_to():
    flink.create("append_only", "id BIGINT", ["'delta.appendOnly' = 'true'"])
    flink.run("INSERT INTO append_only VALUES (1)")
    with refused("append-only"):
        DeltaTable(str(ROOT / "append_only")).delete("id = 1")
    write_deltalake(str(ROOT / "append_only"), pa.table({"id": [2]}), mode="append")
    agree("append_only", 2)


# What they wrote.


def numbers(first, count):
    ids = list(range(first, first + count))
    return pa.table(
        {
            "id": pa.array(ids, pa.int64()),
            "name": [None if i % 4 == 3 else f"n{i}" for i in ids],
            "p": [["a/b=c", "ü %", None][i % 3] for i in ids],
        }
    )


@check
def theirs_of_every_type():
    struct = pa.struct([("a", pa.int32()), ("b", pa.string())])
    schema = pa.schema(
        [
            ("id", pa.int64()),
            ("small", pa.int16()),
            ("tiny", pa.int8()),
            ("flag", pa.bool_()),
            ("dbl", pa.float64()),
            ("money", pa.decimal128(12, 2)),
            ("large", pa.decimal128(38, 18)),
            ("day_", pa.date32()),
            ("at_", pa.timestamp("us", "UTC")),
            ("wall", pa.timestamp("us")),
            ("bytes_", pa.binary()),
            ("list", pa.list_(struct)),
            ("tags", pa.map_(pa.string(), pa.int32())),
        ]
    )
    row = {
        "id": 1,
        "small": -3,
        "tiny": 4,
        "flag": True,
        "dbl": 1.5,
        "money": decimal.Decimal("-12.30"),
        "large": decimal.Decimal("12345678901234567890.123456789012345678"),
        "day_": datetime.date(1, 1, 1),
        "at_": datetime.datetime(2026, 11, 22, 1, 2, 3, 4, UTC),
        "wall": datetime.datetime(1969, 12, 31, 23, 59, 59, 999999),
        "bytes_": b"\x00\xff",
        "list": [{"a": 1, "b": "x"}, None],
        "tags": [("k", 1), ("n", None)],
    }
    write_deltalake(str(ROOT / "their_types"), pa.Table.from_pylist([row, {"id": 2}], schema))
    agree("their_types", 2)
    flink.insert("their_types", "SELECT * FROM their_types")
    agree("their_types", 4)


@check
def theirs_changed_in_every_way():
    path = str(ROOT / "their_table")
    write_deltalake(path, numbers(0, 10), partition_by=["p"])
    agree("their_table", 10)
    table = DeltaTable(path)
    table.delete("id = 3")
    table.update(updates={"name": "'updated'"}, predicate="id > 7")
    source = numbers(5, 10)
    (
        table.merge(source, "t.id = s.id", source_alias="s", target_alias="t")
        .when_matched_update({"name": "'merged'"})
        .when_not_matched_insert_all()
        .execute()
    )
    agree("their_table", 14)
    flink.insert("their_table", "VALUES (100, 'ours', 'a/b=c')")
    agree("their_table", 15)
    table = DeltaTable(path)
    table.optimize.compact()
    table.optimize.z_order(["id"])
    agree("their_table", 15)
    table.create_checkpoint()
    agree("their_table", 15)
    for version in range(table.version() + 1):
        equal(ours_at("their_table", version), theirs("their_table", version))
    DeltaTable(path).restore(1)
    agree("their_table", 9)
    DeltaTable(path).vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    agree("their_table", 9)
    flink.insert("their_table", "VALUES (101, 'again', CAST(NULL AS STRING))")
    agree("their_table", 10)


def ours_at(name, version):
    flink.ask(table=name, path=str(ROOT / name), version=version, options={"version": str(version)})
    return sorted(flink.ask(mode="batch", sql=f"SELECT * FROM {name}"))


@check
def theirs_with_new_columns():
    path = str(ROOT / "their_columns")
    write_deltalake(path, pa.table({"id": [1]}))
    write_deltalake(path, pa.table({"id": [2], "more": ["m"]}), mode="append", schema_mode="merge")
    agree("their_columns", 2)
    write_deltalake(path, pa.table({"other": [1.5]}), mode="overwrite", schema_mode="overwrite")
    agree("their_columns", 1)


@check
def theirs_with_changes():
    path = str(ROOT / "their_changes")
    write_deltalake(path, numbers(0, 6), configuration={"delta.enableChangeDataFeed": "true"})
    table = DeltaTable(path)
    table.update(updates={"name": "'u'"}, predicate="id < 2")
    table.delete("id = 5")
    flink.insert("their_changes", "VALUES (9, 'ours', 'q')")
    found = pa.table(DeltaTable(path).load_cdf(starting_version=0))
    found = found.select(["id", "name", "p", "_change_type", "_commit_version"])
    equal(flink.changes("their_changes", 0, 3), texts(found))
    equal(found.num_rows, 12)


@check
def theirs_with_constraints():
    path = str(ROOT / "their_constraints")
    write_deltalake(path, pa.table({"id": [1]}))
    DeltaTable(path).alter.add_constraint({"positive": "id > 0"})
    flink.insert("their_constraints", "VALUES (2)")
    agree("their_constraints", 2)
    with refused("CHECK_VIOLATED"):
        flink.insert("their_constraints", "VALUES (-2)")
    agree("their_constraints", 2)


@check
def theirs_with_mapped_columns():
    path = str(ROOT / "their_mapped")
    write_deltalake(path, numbers(0, 4), configuration={"delta.columnMapping.mode": "name"})
    agree("their_mapped", 4)
    flink.insert("their_mapped", "VALUES (9, 'ours', 'q')")
    agree("their_mapped", 5)


@check
def theirs_with_the_feature_of_deletion_vectors():
    path = str(ROOT / "their_vectors")
    write_deltalake(path, numbers(0, 4), configuration={"delta.enableDeletionVectors": "true"})
    agree("their_vectors", 4)
    DeltaTable(path).delete("id = 2")
    agree("their_vectors", 3)
    flink.insert("their_vectors", "VALUES (9, 'ours', 'q')")
    agree("their_vectors", 4)


if __name__ == "__main__":
    print("deltalake", deltalake.__version__)
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    flink = Flink()
    failures = 0
    for function in CHECKS:
        try:
            function()
            print("ok    ", function.__name__)
        except Exception as failure:
            failures += 1
            print("FAILED", function.__name__, type(failure).__name__, str(failure)[:2000])
    flink.process.stdin.close()
    flink.process.wait(60)
    print(f"{len(CHECKS) - failures} passed, {failures} failed")
    sys.exit(1 if failures else 0)
