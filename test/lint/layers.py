"""Include arrows point down: each layer includes only those that meson.build's dict allows it.

Arguments after the root: one 'layer:used,used' per layer, written by meson.build. Cycles between headers and
chains of more than ten headers are refused as well, and so is a public header that opens lib/.
"""

import functools
import pathlib

import lint

DEPTH = 10
WALLS = {"sys/epoll.h": "reactor"}  # system headers that one layer hides from the others


class Tree:
    def __init__(self, root: pathlib.Path, rules: dict[str, set[str]]) -> None:
        self.root = root
        self.rules = rules

    def resolve(self, path: pathlib.Path, spelling: str, quoted: bool) -> pathlib.Path | None:
        """The file of ours that an #include means, or None when it is somebody else's."""
        folders = [self.root / "include"]
        if quoted:
            folders = [path.parent, self.root / "lib", self.root / "test/support", self.root / "bench", *folders]
        return next((file for folder in folders if (file := (folder / spelling).resolve()).is_file()), None)

    def place(self, path: pathlib.Path) -> tuple[str, str]:
        """Where a file lives: ('include' | 'lib' | 'test' | 'bench' | 'doc', its layer or folder)."""
        top, *rest = path.relative_to(self.root).parts
        if top == "include":
            rest = rest[1:]
        return top, pathlib.PurePath(rest[0]).stem if rest else ""

    def complaint(self, path: pathlib.Path, target: pathlib.Path) -> str | None:
        """What is wrong with `path` including `target`, both ours."""
        top, layer = self.place(path)
        target_top, target_layer = self.place(target)
        if top not in ("include", "lib"):
            if target_top == "lib" and (top, layer) != ("test", target_layer):
                return f"lib/{target_layer} is open to the library and to test/{target_layer} only"
            if top in ("bench", "doc") and target_top == "include" and "detail" in target.parts:
                return "detail headers are not for programs"
            return None
        if target_top not in ("include", "lib"):
            return f"the library does not include {target_top}/"
        if top == "include" and target_top == "lib":
            return "a public header may not open lib/, which is not installed"
        if layer == "coir" or target_layer == layer or target_layer in self.rules.get(layer, ()):
            return None
        return f"layer {layer} may not include layer {target_layer}"

    def wall(self, path: pathlib.Path, spelling: str) -> str | None:
        top, layer = self.place(path)
        owner = WALLS.get(spelling, layer)
        if top in ("include", "lib") and layer != owner:
            return f"<{spelling}> is for layer {owner} alone"
        return None


def misplaced(tree: Tree, path: pathlib.Path) -> list[lint.Finding]:
    top, layer = tree.place(path)
    if top in ("include", "lib") and layer not in tree.rules and layer != "coir":
        return [lint.Finding(path, 1, f"'{layer}' is not a layer that meson.build knows")]
    return []


def names(paths: list[pathlib.Path]) -> str:
    return " -> ".join(f"{path.parent.name}/{path.name}" for path in paths)


def chains(graph: dict[pathlib.Path, list[tuple[int, pathlib.Path]]]) -> list[lint.Finding]:
    """Cycles between files, and chains of headers that are too long."""
    findings = []
    opened: list[pathlib.Path] = []

    @functools.cache
    def longest(path: pathlib.Path) -> list[pathlib.Path]:
        """The longest chain of includes that starts with `path`."""
        opened.append(path)
        rest: list[pathlib.Path] = []
        for line, target in graph.get(path, ()):
            if target in opened:
                cycle = [*opened[opened.index(target) :], target]
                findings.append(lint.Finding(path, line, f"include cycle: {names(cycle)}"))
            else:
                rest = max(rest, longest(target), key=len)
        opened.pop()
        if path.suffix == ".hpp" and len(rest) == DEPTH:
            findings.append(lint.Finding(path, 1, f"more than {DEPTH} headers deep: {names([path, *rest])}"))
        return [path, *rest]

    for path in graph:
        longest(path)
    return findings


def check(root: pathlib.Path, *words: str) -> list[lint.Finding]:
    rules = {layer: set(used.split(",")) for layer, used in (word.split(":") for word in words)}
    tree = Tree(root, rules)
    findings = []
    graph = {}
    for path in lint.sources(root, "include", "lib", "test", "bench", "doc"):
        findings += misplaced(tree, path)
        graph[path] = []
        for line, spelling, quoted in lint.includes(path):
            target = tree.resolve(path, spelling, quoted)
            if target:
                graph[path].append((line, target))
                complaint = tree.complaint(path, target)
            elif spelling.startswith("coir/"):
                complaint = f"there is no <{spelling}>"
            else:
                complaint = tree.wall(path, spelling)
            if complaint:
                findings.append(lint.Finding(path, line, complaint))
    return findings + chains(graph)


if __name__ == "__main__":
    lint.main(check)
