"""Adds up the results of build folders: names what failed, one line for each folder, then the sum.

Meson's JUnit file counts each case of a GoogleTest program, yet neither a program that ran out of time nor one that
failed after its last case (a leak, a race); its JSON log knows the verdict on each program. Both are read.
"""

import collections
import json
import pathlib
import sys
import xml.etree.ElementTree as xml

GOOD = ("OK", "EXPECTEDFAIL", "SKIP")


def outcome(case: xml.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if case.find("skipped") is not None or case.get("status") == "notrun":
        return "skipped"
    return "passed"


def owner(suite: xml.Element, case: xml.Element) -> str:
    """The test that Meson ran: a GoogleTest suite is called 'coir.<test>.<suite>', the others are cases of 'coir'."""
    _, _, test = suite.get("name", "").partition(".")
    return test.rpartition(".")[0] or case.get("name", "")


def tally(build: pathlib.Path) -> tuple[collections.Counter[str], list[str]]:
    """Counts by outcome, and the names of what failed."""
    logs = build / "meson-logs"
    junit = next(logs.glob("testlog*.junit.xml"), None)  # the name holds that of the test setup
    if not junit:
        return collections.Counter(failed=1), ["no results: it did not build, or nothing was run"]

    counts: collections.Counter[str] = collections.Counter()
    failures = []
    blamed = set()  # tests of which some case failed
    whole = set()  # tests that are one case
    for suite in xml.parse(junit).iter("testsuite"):
        for case in suite.iter("testcase"):
            test, result = owner(suite, case), outcome(case)
            counts[result] += 1
            if test == case.get("name"):
                whole.add(test)
            if result == "failed":
                blamed.add(test)
                failures.append(test if test in whole else f"{test}: {case.get('classname')}.{case.get('name')}")

    log = junit.with_name(junit.name.replace(".junit.xml", ".json"))
    for record in verdicts(log):
        test, verdict = record["name"], str(record["result"])
        if test not in blamed:
            counts["failed"] += 1
            counts["passed"] -= test in whole
            failures.append(f"{test}: {verdict.lower()}, exit status {record['returncode']}")
    return counts, failures


def verdicts(log: pathlib.Path) -> list[dict[str, object]]:
    """What did not pass, of one log of Meson's."""
    records = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    return [record for record in records if record["result"] not in GOOD]


def seeds(build: pathlib.Path) -> tuple[collections.Counter[str], list[str]]:
    """The same of the runs in shuffled orders, each of which is one test."""
    counts: collections.Counter[str] = collections.Counter()
    failures = []
    for output in sorted((build / "meson-logs").glob("seed-*.out")):
        log = output.with_suffix(".json")
        bad = [str(record["name"]) for record in verdicts(log)] if log.exists() else ["nothing was run"]
        counts["failed" if bad else "passed"] += 1
        failures += [f"{output.stem}: {name}" for name in bad]
    return counts, failures


def line(counts: collections.Counter[str]) -> str:
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    return f"{counts['passed']} passed, {counts['failed']} failed{skipped}"


def main(*builds: str) -> int:
    total: collections.Counter[str] = collections.Counter()
    for build in map(pathlib.Path, builds):
        for name, (counts, failures) in ((build.name, tally(build)), (f"{build.name} shuffled", seeds(build))):
            if not counts:
                continue
            print(f"{name:>16}: {line(counts)}")
            for failure in failures:
                print(f"{'':>18}{failure}")
            total += counts
    print(line(total))
    return 1 if total["failed"] or not total["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
