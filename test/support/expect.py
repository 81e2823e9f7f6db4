"""Runs a program and compares what it prints, byte for byte, with a file. Arguments: PROGRAM [EXPECTED]."""

import difflib
import pathlib
import subprocess
import sys


def main(program: str, expected: str | None = None) -> int:
    done = subprocess.run([program], stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        print(f"{program} ended with status {done.returncode}")
        return 1
    if expected is None:
        return 0
    wanted = pathlib.Path(expected).read_bytes()
    if done.stdout == wanted:
        return 0
    before, after = ([f"{line!a}\n" for line in text.splitlines(keepends=True)] for text in (wanted, done.stdout))
    sys.stdout.writelines(difflib.unified_diff(before, after, expected, program))
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
