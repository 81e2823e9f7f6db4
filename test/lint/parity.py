"""Each of greenlet's tests has one answer: a test of coir's with its name, or a reason why there is none.

Arguments: how many tests greenlet has. The answers are the tables of doc/guide/porting-from-greenlet.md, one per
module of greenlet's; the tests are those of test/parity/greenlet.
"""

import pathlib
import re
from collections import Counter

import lint

PAGE = "doc/guide/porting-from-greenlet.md"
TESTS = "test/parity/greenlet"
MODULE = re.compile(r"### (test_\w+)\.py \((\d+)\)$")
ROW = re.compile(r"\| (test_\w+) \| ([YAN]) \| (.+) \|$")
SUITE = re.compile(r"`(\w+)`(: \S.*)?$")
STAND_IN = re.compile(r"(.*); stand-in `(\w+)`$")
TEST = re.compile(r"TEST(?:_F)?\((\w+), (\w+)\)")


class Answers:
    def __init__(self, page: pathlib.Path, tests: set[tuple[str, str]]) -> None:
        self.page = page
        self.tests = tests
        self.findings: list[lint.Finding] = []
        self.used: Counter[tuple[str, str]] = Counter()
        self.rows: Counter[tuple[str, str]] = Counter()
        self.read()

    def complain(self, line: int, rule: str) -> None:
        self.findings.append(lint.Finding(self.page, line, rule))

    def read(self) -> None:
        module, heading, announced = "", 1, 0
        for line, text in [*lint.lines(self.page), (1, "### ")]:
            if text.startswith("### "):
                if announced != (count := sum(n for (of, _), n in self.rows.items() if of == module)):
                    self.complain(heading, f"{module} has {count} rows, not {announced}")
                match = MODULE.match(text)
                module, heading, announced = (match[1], line, int(match[2])) if match else ("", line, 0)
            elif row := ROW.match(text):
                self.rows[module, row[1]] += 1
                if self.rows[module, row[1]] > 1:
                    self.complain(line, f"{row[1]} of {module} has a row already")
                self.answer(line, row[1], row[2], row[3])
            elif text.startswith("| test_"):
                self.complain(line, "is no row of the form '| test_name | Y, A or N | answer |'")

    def answer(self, line: int, name: str, mark: str, text: str) -> None:
        if mark == "N":
            if stand_in := STAND_IN.match(text):
                self.use(line, stand_in[2], name)
                text = stand_in[1]
            if len(text.split()) < 2 or text.startswith("`"):
                self.complain(line, f"{name} is left out and gives no reason")
        elif not (suite := SUITE.match(text)):
            self.complain(line, f"{name} does not name the suite of a test")
        else:
            self.use(line, suite[1], name)
            if mark == "A" and not suite[2]:
                self.complain(line, f"{name} is adapted and does not say how")

    def use(self, line: int, suite: str, name: str) -> None:
        self.used[suite, name] += 1
        if (suite, name) not in self.tests:
            self.complain(line, f"there is no test {suite}.{name} in {TESTS}")
        elif self.used[suite, name] > 1:
            self.complain(line, f"{suite}.{name} answers another row already")


def check(root: pathlib.Path, count: str) -> list[lint.Finding]:
    page = root / PAGE
    if not page.is_file():
        return [lint.Finding(page, 1, "is missing")]
    places = {
        (match[1], match[2]): (path, line)
        for path in lint.sources(root, TESTS)
        for line, text in lint.lines(path)
        if (match := TEST.match(text))
    }
    answers = Answers(page, set(places))
    if (rows := answers.rows.total()) != int(count):
        answers.complain(1, f"has {rows} rows, not {count}")
    for (suite, name), (path, line) in places.items():
        if not answers.used[suite, name]:
            answers.findings.append(lint.Finding(path, line, f"{suite}.{name} has no row in {PAGE}"))
    return answers.findings


if __name__ == "__main__":
    lint.main(check)
