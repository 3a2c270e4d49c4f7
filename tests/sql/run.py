"""The verdicts of `quell compile --target sql` in DuckDB and in Spark, against those of the evaluator, event by event.

usage: run.py QUELL VERDICTS [ENGINE…]   the two programs, built, and the engines, both if left out. QUELL_SQL_EVENTS: how
many events, 10,000 if left out; QUELL_SQL_SPARK_EVENTS: how many of them Spark takes, which is slow to start, 1,000 if left
out."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import events

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "grammar" / "examples"
NOW = "2026-11-24"
SHOWN = 5
SPARK_EVENTS = int(os.environ.get("QUELL_SQL_SPARK_EVENTS", "1000"))

# What the reference says is not the same: an event, a rule that silences it, and what each engine says of that.
LIMITS = [
    ('{"process": {"pid": 5, "pid": 1}}', "glob-digits", {"duckdb": False, "spark": None}),
    ('{"process": {}, "custom": {"n": [[[12]]]}}', "exact-whole", {"duckdb": False, "spark": False}),
    ('{"process": {}, "custom": {"n": 1000000000000000.0}}', "exact-float", {"duckdb": True, "spark": False}),
]


def projects(folder):
    """All example rules and the corner cases, as two projects, since one name is in both, in which every key may be used."""
    shop, rest = folder / "shop", folder / "rest"
    shutil.copytree(EXAMPLES / "shop", shop, ignore=shutil.ignore_patterns("quell.toml"))
    shutil.copytree(EXAMPLES / "guide", rest)
    shutil.copy(EXAMPLES / "java-pentest.quell", rest)
    shutil.copy(HERE / "corners.quell", rest)
    for project in (shop, rest):
        (project / "quell.toml").write_text('[schema]\nunknown = "allow"\n', encoding="utf-8")
    return [shop, rest]


def compiled(quell, folder, dialect):
    command = [quell, "compile", "--target", "sql", "--dialect", dialect, "--now", NOW, "--format", "short"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    if run.returncode != 0:
        errors = "\n".join(line for line in run.stderr.splitlines() if "error" in line)
        sys.exit(f"{dialect}: nothing is compiled:\n{errors}")
    return run.stdout


def expected(verdicts, folder, lines):
    command = [verdicts, str(folder), NOW]
    run = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, encoding="utf-8", check=True)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(found) == len(lines), (len(found), len(lines))
    return found


def in_duckdb(query, lines):
    import duckdb

    connection = duckdb.connect()
    connection.execute("CREATE TABLE events (event VARCHAR)")
    with tempfile.TemporaryDirectory() as folder:
        # A JSON text a line is read as the text that it is.
        path = pathlib.Path(folder) / "events.json"
        path.write_text("".join(json.dumps({"event": line}) + "\n" for line in lines), encoding="utf-8")
        connection.execute(f"INSERT INTO events SELECT event FROM read_json('{path}', columns = {{event: 'VARCHAR'}})")
    found = connection.execute(query)
    names = [column[0] for column in found.description]
    return names, found.fetchall()


def in_spark(query, lines):
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local[*]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        # As the reference says: the steps are many, and code that is made for them would be too long.
        .config("spark.sql.analyzer.maxIterations", "1000")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "events.json"
        path.write_text("".join(json.dumps({"event": line}) + "\n" for line in lines), encoding="utf-8")
        spark.read.schema("event STRING").json(str(path)).createOrReplaceTempView("events")
        found = spark.sql(query)
        rows = [tuple(row) for row in found.collect()]
    names = found.columns
    return names, rows


def compare(dialect, names, rows, lines, wanted):
    """The number of verdicts, and of those that are wrong; rows come in any order."""
    by_text = {line: verdict for line, verdict in zip(lines, wanted, strict=True)}
    assert len(rows) == len(lines), f"{dialect}: {len(rows)} rows of {len(lines)} events"
    assert names[0] == "event" and names[-1] == "silenced", names
    wrong, count, silenced = {}, 0, 0
    limits = {text: (rule, said[dialect]) for text, rule, said in LIMITS}
    for text, *verdicts in rows:
        if text in limits:
            rule, said = limits[text]
            if rule in names:
                assert rule in by_text[text], f"the evaluator does not say that `{rule}` silences {text}"
                assert verdicts[names.index(rule) - 1] is said, f"{dialect} does not say {said} of `{rule}`: {text}"
            continue
        silencing = by_text[text]
        right = [None if silencing is None else name in silencing for name in names[1:-1]]
        right.append(None if silencing is None else bool(silencing))
        for name, verdict, want in zip(names[1:], verdicts, right, strict=True):
            count += 1
            silenced += verdict is True
            if verdict is not want:
                wrong.setdefault(name, []).append((verdict, want, text))
    for name, cases in wrong.items():
        print(f"{dialect}: `{name}` is wrong about {len(cases)} events:")
        for verdict, want, text in cases[:SHOWN]:
            print(f"  says {verdict}, and the evaluator {want}: {text[:2000]}")
    return count, silenced, sum(map(len, wrong.values()))


def main(quell, verdicts, dialects):
    lines = events.changed(str(EXAMPLES / "events"), int(os.environ.get("QUELL_SQL_EVENTS", "10000")))
    lines += [text for text, _, _ in LIMITS]
    failed = False
    with tempfile.TemporaryDirectory() as name:
        for folder in projects(pathlib.Path(name)):
            wanted = expected(verdicts, folder, lines)
            silencing = {name for names in wanted for name in names or []}
            for dialect, run in ENGINES.items():
                if dialects and dialect not in dialects:
                    continue
                query = compiled(quell, folder, dialect)
                # The examples come first, and the limits last.
                most = SPARK_EVENTS if dialect == "spark" else len(lines)
                taken = lines if most >= len(lines) else lines[:most] + lines[-len(LIMITS) :]
                start = time.monotonic()
                names, rows = run(query, taken)
                seconds = time.monotonic() - start
                verdicts_of = dict(zip(lines, wanted, strict=True))
                count, silenced, wrong = compare(dialect, names, rows, taken, [verdicts_of[line] for line in taken])
                never = sorted(set(names[1:-1]) - silencing)
                print(
                    f"{dialect}, {folder.name}: {len(taken)} events, {len(names) - 2} rules, {count} verdicts, "
                    f"{silenced} true, {wrong} wrong, {seconds:.1f} s; never true: {', '.join(never) or 'none'}",
                    flush=True,
                )
                failed = failed or wrong > 0
    return 1 if failed else 0


ENGINES = {"duckdb": in_duckdb, "spark": in_spark}

if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3:]))
