"""Builds and runs an outside project that uses coir, in a folder of its own whose name holds a blank."""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PRINTS = "1\n3\n2\n4\n42\n"


def call(*words: str | pathlib.Path, cwd: pathlib.Path | None = None, env: dict[str, str] | None = None) -> str:
    print("+", *words, flush=True)
    done = subprocess.run(words, cwd=cwd, env=os.environ | (env or {}), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{done.stdout}{words[0]} failed with {done.returncode}")
    return done.stdout


def expect(condition: bool, complaint: str) -> None:
    if not condition:
        raise SystemExit(complaint)


def as_subproject(work: pathlib.Path, options: argparse.Namespace) -> None:
    """The tree is linked to subprojects/coir; its tests and benchmarks must stay at home."""
    (work / "subprojects").mkdir()
    (work / "subprojects/coir").symlink_to(options.source)
    build = work / "build"
    call(options.meson, "setup", build, work, f"-Dcoir:default_library={options.library}")
    tests = json.loads(call(options.meson, "introspect", "--tests", build))
    expect(tests == [], f"coir brought its tests along: {tests}")
    targets = [target["name"] for target in json.loads(call(options.meson, "introspect", "--targets", build))]
    extra = set(targets) - {"consumer", "coir", "boost_context"}
    expect(not extra, f"coir brought along: {extra}")
    call(options.meson, "compile", "-C", build)
    expect(call(build / "consumer") == PRINTS, "the program printed something else")


def as_installed(work: pathlib.Path, options: argparse.Namespace) -> None:
    """The installed tree is found through pkg-config alone, and names no path of the building machine."""
    build, prefix = work / "build", work / "prefix"
    switches = [f"-D{feature}=disabled" for feature in ("tests", "benchmarks", "examples")]
    library = f"-Ddefault_library={options.library}"
    call(options.meson, "setup", build, options.source, f"--prefix={prefix}", "--buildtype=plain", library, *switches)
    call(options.meson, "install", "-C", build)

    page = next(prefix.rglob("coir.pc"))
    text = page.read_text(encoding="utf-8")
    for trace in (str(options.source), "/usr/", ".so", ".a"):
        expect(trace not in text, f"coir.pc names '{trace}':\n{text}")
    public = {path.relative_to(options.source) for path in options.source.glob("include/**/*.hpp")}
    installed = {path.relative_to(prefix) for path in prefix.rglob("*.hpp")}
    expect(installed == public, f"installed and public headers differ: {installed ^ public}")

    env = {"PKG_CONFIG_PATH": str(page.parent), "LD_LIBRARY_PATH": str(page.parent.parent)}
    flags = ["--static"] if options.library == "static" else []
    call(work / "build.sh", *flags, cwd=work, env=env)
    expect(call(work / "consumer", env=env) == PRINTS, "the program printed something else")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("subproject", "pkgconfig"))
    parser.add_argument("library", choices=("static", "shared"))
    parser.add_argument("source", type=pathlib.Path, help="coir's source tree")
    parser.add_argument("meson")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="coir consumer ") as folder:
        work = pathlib.Path(folder)
        shutil.copytree(HERE / options.kind, work, dirs_exist_ok=True)
        shutil.copy(HERE / "main.cpp", work)
        (as_subproject if options.kind == "subproject" else as_installed)(work, options)


if __name__ == "__main__":
    main()
