"""A program quoted in the README or in a page of doc/ is the program that the tests compile and run.

A marker such as <!-- doc/example/readme_switch.cpp --> stands directly above the fence. In the README every block
of C++ has one.
"""

import pathlib
import re

import lint

MARKER = re.compile(r"<!-- (\S+\.(?:cpp|hpp|out)) -->$")


def blocks(path: pathlib.Path) -> list[tuple[int, str, str | None, str]]:
    """Line, language, marked file and text of each fenced block."""
    found = []
    above, fence, body = "", None, []
    for line, text in lint.lines(path):
        if fence is None and text.startswith("```"):
            marker = MARKER.match(above)
            fence = (line, text[3:].strip(), marker[1] if marker else None)
        elif fence is not None and text.startswith("```"):
            found.append((*fence, "".join(body)))
            fence, body = None, []
        elif fence is not None:
            body.append(text + "\n")
        above = text
    return found


def check(root: pathlib.Path) -> list[lint.Finding]:
    readme = root / "README.md"
    if not readme.is_file():
        return [lint.Finding(readme, 1, "is missing")]
    findings = []
    for page in [readme, *lint.sources(root, "doc", suffixes=(".md",))]:
        for line, language, file, text in blocks(page):
            if file is None:
                if page == readme and language == "cpp":
                    findings.append(lint.Finding(page, line, "no <!-- file --> above: nothing compiles this program"))
            elif not (root / file).is_file():
                findings.append(lint.Finding(page, line, f"there is no {file}"))
            elif (root / file).read_text(encoding="utf-8") != text:
                findings.append(lint.Finding(page, line, f"differs from {file}"))
    return findings


if __name__ == "__main__":
    lint.main(check)
