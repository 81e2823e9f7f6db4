"""One file knows Boost. The comparison, which measures Boost, is exempt."""

import pathlib

import lint

SEAM = ("lib/fiber/boost_context.cpp",)


def check(root: pathlib.Path) -> list[lint.Finding]:
    return [
        lint.Finding(path, line, f"<{header}> is for the seam alone, lib/fiber/boost_context.cpp")
        for path in lint.sources(root, "include", "lib", "test", "doc")
        if path.relative_to(root).as_posix() not in SEAM
        for line, header, _ in lint.includes(path)
        if header.startswith("boost/")
    ]


if __name__ == "__main__":
    lint.main(check)
