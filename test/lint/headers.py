"""Each header compiles alone, included twice, without a warning.

Arguments after the root: a folder to work in, the name of ninja, then the compiler and its flags. A private
build.ninja does the work, so that only what changed is compiled again.
"""

import pathlib
import subprocess

import lint

RULE = """\
rule header
  command = rm -f $out && {compiler} -fsyntax-only -MMD -MF $out.d -MQ $out $
      -include $in -include $in -x c++ /dev/null && touch $out
  depfile = $out.d
  deps = gcc
  description = $in
"""


def escaped(path: pathlib.Path) -> str:
    return str(path).replace("$", "$$").replace(" ", "$ ").replace(":", "$:")


def check(root: pathlib.Path, folder: str, ninja: str, *compiler: str) -> list[lint.Finding]:
    work = pathlib.Path(folder)
    work.mkdir(parents=True, exist_ok=True)
    flags = [f"'{word}'" for word in (*compiler, f"-I{root / 'include'}", f"-I{root / 'lib'}")]
    rule = RULE.format(compiler=" ".join(flags).replace("$", "$$"))
    headers = {
        header: work / header.relative_to(root).as_posix().replace("/", "-")
        for header in lint.sources(root, "include", "lib", suffixes=(".hpp",))
    }
    builds = [f"build {escaped(stamp)}: header {escaped(header)}\n" for header, stamp in headers.items()]
    (work / "build.ninja").write_text(rule + "".join(builds), encoding="utf-8")

    if subprocess.run([ninja, "-C", str(work), "-k", "0", "--quiet"], check=False).returncode == 0:
        return []
    # Ninja fails as a whole; which headers did is told by the stamps that are missing.
    broken = [header for header, stamp in headers.items() if not stamp.exists()]
    return [lint.Finding(header, 1, "does not compile alone (see above)") for header in broken or headers]


if __name__ == "__main__":
    lint.main(check)
