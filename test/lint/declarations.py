"""Finds the public functions that a C++ header declares, and the doc comment of each.

Not a parser: it follows braces, statements and access labels, which is enough for headers in this project's
style (clang-format, doc comments of `///` lines directly above).
"""

import re
from typing import Iterator, NamedTuple


class Function(NamedTuple):
    owner: str  # the class, or "" for a free function
    name: str
    parameters: str
    line: int
    doc: list[str]


class Scope(NamedTuple):
    kind: str  # 'namespace', 'class', or 'body' for whatever declares nothing public
    name: str
    public: bool


NOISE = re.compile(
    r"""//[^\n]* | /\*.*?\*/                       # comments
      | R"(\w*)\(.*?\)\1" | "(?:\\.|[^"\\\n])*"     # strings
      | '(?:\\.|[^'\\\n])+'(?!\w)                   # characters, not digit separators
      | ^[ \t]*\#(?:\\\n|[^\n])*                    # directives
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
ACCESS = re.compile(r"\s*(public|protected|private)\s*$")
CLASS = re.compile(r"\b(class|struct|union)\s+(?:COIR_\w+\s+|\[\[[^]]*\]\]\s*|alignas\s+)*(\w+)")
NESTED = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"  # parentheses, three deep
LIMIT = re.compile(r"_(until|for)$")
NOT_A_FUNCTION = re.compile(r"(using|typedef|friend|static_assert|concept|extern template)\b")


def blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def without(text: str, opener: str, closer: str, before: str = "") -> str:
    """`text` without its balanced groups of brackets (those that follow `before`)."""
    innermost = re.compile(before + re.escape(opener) + f"[^{re.escape(opener + closer)}]*" + re.escape(closer))
    while (shorter := innermost.sub(" ", text)) != text:
        text = shorter
    return text


def bare(statement: str) -> str:
    """A declaration without template heads, attributes and constraints in front of its name."""
    text = without(statement.replace("->", "  "), "<", ">")
    text = re.sub(r"\btemplate\b|\[\[[^]]*\]\]", " ", text)
    return re.sub(rf"\b(requires|explicit|alignas|decltype|__attribute__)\s*{NESTED}", " ", text).strip()


def signature(statement: str) -> tuple[str, str] | None:
    """Name and parameters of the function that `statement` declares, if it declares one."""
    text = bare(statement)
    match = re.search(rf"(~?\w+)\s*({NESTED})", text)
    if not match or NOT_A_FUNCTION.match(text) or "operator" in text or "=" in text[: match.start()]:
        return None
    return match[1], " ".join(match[2].split())


def opened(statement: str, scopes: list[Scope]) -> Scope:
    """The scope that a brace after `statement` opens."""
    text = bare(statement)
    named = re.search(r"\bnamespace\s+([\w:]*)", text)
    if named:
        hidden = not named[1] or "detail" in named[1].split("::")
        return Scope("body" if hidden else "namespace", named[1], True)
    match = CLASS.search(text)
    if match and "(" not in text and "enum" not in text:
        return Scope("class", match[2], match[1] != "class")
    return Scope("body", "", False)


def doc_above(source: list[str], line: int) -> list[str]:
    first = line - 1
    while first > 0 and source[first - 1].lstrip().startswith("///"):
        first -= 1
    return [text.strip() for text in source[first : line - 1]]


def functions(header: str) -> Iterator[Function]:
    source = header.splitlines()
    text = NOISE.sub(blank, header)
    scopes = [Scope("namespace", "", True)]
    start, parentheses = 0, 0
    last: Function | None = None
    last_end = 0

    def declared(end: int) -> Function | None:
        """The function that the statement from `start` to `end` declares for everyone, if it does."""
        nonlocal last, last_end
        statement = text[start:end]
        found = signature(statement)
        if not found or not all(scope.kind != "body" and scope.public for scope in scopes):
            return None
        offset = start + len(statement) - len(statement.lstrip())
        line = text.count("\n", 0, offset) + 1
        name, parameters = found
        doc = doc_above(source, line)
        if not doc and last and LIMIT.sub("", last.name) == LIMIT.sub("", name) and line == last_end + 1:
            doc = last.doc  # an overload right below shares the comment, and so does x_for below x_until
        last = Function(scopes[-1].name if scopes[-1].kind == "class" else "", name, parameters, line, doc)
        last_end = text.count("\n", 0, end) + 1
        return last

    for position, character in enumerate(text):
        if character in "([":
            parentheses += 1
        elif character in ")]":
            parentheses -= 1
        elif parentheses:
            continue
        elif character == ":" and (label := ACCESS.match(text[start:position])):
            scopes[-1] = scopes[-1]._replace(public=label[1] == "public")
            start = position + 1
        elif character in ";{":
            function = declared(position)
            if function:
                yield function
            if character == "{":
                scopes.append(opened(text[start:position], scopes))
            start = position + 1
        elif character == "}":
            if scopes.pop().kind == "body":
                last_end = text.count("\n", 0, position) + 1
            start = position + 1
