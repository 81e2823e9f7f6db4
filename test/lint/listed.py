"""Every source is named in its folder's meson.build, in order: what is forgotten there is neither built nor run."""

import pathlib
import re

import lint

FOLDERS = ("lib/*", "test/*", "test/parity/*", "doc/tutorial", "doc/example")
EXEMPT = ("consumer", "lint")  # built by other means
NAME = re.compile(r"^\s*'([\w-]+)(?:\.cpp)?',$")


def check(root: pathlib.Path) -> list[lint.Finding]:
    findings = []
    for folder in sorted(folder for pattern in FOLDERS for folder in root.glob(pattern)):
        if not folder.is_dir() or folder.name in EXEMPT:
            continue
        build = folder / "meson.build"
        text = lint.lines(build) if build.exists() else []
        listed = [(line, match[1]) for line, words in text if (match := NAME.match(words))]
        names = [name for _, name in listed]
        for path in sorted(folder.glob("*.cpp")):
            if path.stem not in names:
                findings.append(lint.Finding(path, 1, f"is not listed in {build.relative_to(root)}"))
        for (above, before), (line, name) in zip(listed, listed[1:]):
            if above + 1 == line and name < before:
                findings.append(lint.Finding(build, line, f"'{name}' comes before '{before}'"))
    return findings


if __name__ == "__main__":
    lint.main(check)
