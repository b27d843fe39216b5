"""Reads the tables of target/tables with delta-rs and compares their row counts with expected.json.

Upserted tables have deletion vectors; where this version of delta-rs refuses them it must say so,
never return other rows.
"""

import json
import pathlib
import sys

import deltalake

tables = pathlib.Path(sys.argv[1])
expected = json.loads((tables / "expected.json").read_text())
print("deltalake", deltalake.__version__)
failures = 0
for name, rows in expected.items():
    try:
        table = deltalake.DeltaTable(str(tables / name))
        found = table.to_pyarrow_dataset().count_rows()
    except Exception as refusal:  # the reader's own words are the result
        upserted = name.startswith("gold")
        print(f"{name}: {'refused' if upserted else 'FAILED'}: {str(refusal).splitlines()[0]}")
        failures += not upserted
        continue
    ok = found == rows
    failures += not ok
    print(f"{name}: version {table.version()}, {found} rows, {'equal' if ok else f'expected {rows}'}")
print(f"{len(expected) - failures} passed, {failures} failed")
sys.exit(1 if failures else 0)
