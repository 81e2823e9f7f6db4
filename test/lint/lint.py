"""What the checks share: finding the sources, and saying where which rule is broken."""

import pathlib
import re
import sys
from typing import Callable, Iterable, NamedTuple

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


class Finding(NamedTuple):
    path: pathlib.Path
    line: int
    rule: str


def sources(root: pathlib.Path, *folders: str, suffixes: tuple[str, ...] = (".hpp", ".cpp")) -> list[pathlib.Path]:
    return sorted(
        path
        for folder in folders
        for path in (root / folder).rglob("*")
        if path.suffix in suffixes and path.is_file()
    )


def lines(path: pathlib.Path) -> list[tuple[int, str]]:
    return list(enumerate(path.read_text(encoding="utf-8").splitlines(), start=1))


def includes(path: pathlib.Path) -> list[tuple[int, str, bool]]:
    """Line, spelling and whether it is quoted, of each #include."""
    found = ((number, INCLUDE.match(text)) for number, text in lines(path))
    return [(number, match[2], match[1] == '"') for number, match in found if match]


def matches(paths: Iterable[pathlib.Path], pattern: re.Pattern[str], rule: str) -> list[Finding]:
    return [Finding(path, number, rule) for path in paths for number, text in lines(path) if pattern.search(text)]


def main(check: Callable[..., list[Finding]]) -> None:
    """Runs check(root, *arguments) for the command line's words; the first is the tree's root."""
    root = pathlib.Path(sys.argv[1]).resolve()
    findings = check(root, *sys.argv[2:])
    for finding in findings:
        print(f"{finding.path.relative_to(root)}:{finding.line}: {finding.rule}")
    sys.exit(1 if findings else 0)
