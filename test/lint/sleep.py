"""No test waits for the wall clock: a sleep that is long enough today is a flaky test tomorrow."""

import pathlib
import re

import lint

SLEEP = re.compile(
    r"this_thread::sleep_|\b(?:u|nano|clock_nano)?sleep\s*\([^)]"  # coir::sleep_for is welcome: its clock is injected
)


def check(root: pathlib.Path) -> list[lint.Finding]:
    rule = "tests do not sleep: use the virtual clock, or wait for the event itself"
    return lint.matches(lint.sources(root, "test"), SLEEP, rule)


if __name__ == "__main__":
    lint.main(check)
