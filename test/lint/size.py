"""No file is longer than one can hold in mind."""

import pathlib

import lint

LIMIT = 400


def check(root: pathlib.Path) -> list[lint.Finding]:
    paths = lint.sources(root, "include", "lib", "test", "bench", suffixes=(".hpp", ".cpp", ".py"))
    return [
        lint.Finding(path, length, f"{length} lines, at most {LIMIT} are allowed: give the second noun its own file")
        for path in paths
        if (length := len(lint.lines(path))) > LIMIT
    ]


if __name__ == "__main__":
    lint.main(check)
