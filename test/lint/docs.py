"""Colour: a function's verb tells whether it may switch, and its doc comment says the same.

The verbs are read from doc/conventions.md, from the sections 'May switch' and 'Never switch'. A qualified name
there (`generator::close`) goes before a bare one (`close`), and that before a pattern (`wait_*`). What holds for a
verb holds for its forms with a limit, `x_until` and `x_for`.
"""

import fnmatch
import pathlib
import re

import declarations
import lint

HEADINGS = {"### May switch": True, "### Never switch": False}


class Verbs:
    def __init__(self, page: pathlib.Path) -> None:
        self.page = page
        self.may_switch: dict[str, bool] = {}  # by pattern
        self.findings: list[lint.Finding] = []
        section = None
        for line, text in lint.lines(page):
            if text.startswith("#"):
                section = HEADINGS.get(text.strip())
            elif section is not None:
                for pattern in " ".join(re.findall(r"`([^`]*)`", text)).split():
                    if self.may_switch.setdefault(pattern, section) != section:
                        self.findings.append(lint.Finding(page, line, f"'{pattern}' stands in both lists"))
        if set(self.may_switch.values()) != {True, False}:
            self.findings.append(lint.Finding(page, 1, "needs verbs under both " + " and ".join(HEADINGS)))

    def colour(self, function: declarations.Function) -> bool | None:
        """Whether a function may switch by its verb; None for a name in neither list."""
        if function.name in (function.owner, f"~{function.owner}"):
            return None
        verb = declarations.LIMIT.sub("", function.name)
        for name in (f"{function.owner}::{function.name}", function.name, f"{function.owner}::{verb}", verb):
            if name in self.may_switch:
                return self.may_switch[name]
        matching = (may for pattern, may in self.may_switch.items() if fnmatch.fnmatchcase(function.name, pattern))
        return next(matching, None)


def label(function: declarations.Function) -> str | None:
    return next((match[1] for text in function.doc if (match := re.match(r"///\s*Switches:\s*(\w+)", text))), None)


def complaint(function: declarations.Function, may: bool | None) -> str | None:
    said = label(function)
    claims = said is not None and said != "never"
    if may and not claims:
        return f"{function.name} has a verb that may switch: its doc comment lacks 'Switches: may' or 'always'"
    if may is False and claims:
        return f"{function.name} has a verb that never switches, yet its doc comment says 'Switches: {said}'"
    if may is None and claims and not function.name.startswith("~"):  # a destructor has no verb
        return f"{function.name} is said to switch, but its verb is not in doc/conventions.md"
    return None


def check(root: pathlib.Path) -> list[lint.Finding]:
    verbs = Verbs(root / "doc/conventions.md")
    found = [
        (path, function)
        for path in lint.sources(root, "include/coir")
        if "detail" not in path.parts
        for function in declarations.functions(path.read_text(encoding="utf-8"))
    ]
    labelled = {function[:3] for _, function in found if label(function)}
    findings = verbs.findings
    for path, function in found:
        redeclared = not function.doc and function[:3] in labelled
        rule = None if redeclared else complaint(function, verbs.colour(function))
        if rule:
            findings.append(lint.Finding(path, function.line, rule))
    return findings


if __name__ == "__main__":
    lint.main(check)
