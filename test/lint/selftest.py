"""Each check must be able to fail: this one feeds all of them a tree that breaks one rule, and a sound one.

Arguments: the name of ninja, then the compiler and its flags, as for headers.py.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
NINJA, *COMPILER = sys.argv[1:]
LAYERS = ("base:", "fiber:base", "reactor:base")

SOUND = {
    "README.md": "<!-- doc/example/one.cpp -->\n```cpp\nint main() {}\n```\n",
    "doc/example/one.cpp": "int main() {}\n",
    "doc/example/meson.build": "programs = [\n  'one',\n]\n",
    "doc/conventions.md": "### May switch\n`wait_* get a::close`\n### Never switch\n`close try_* b::get`\n",
    "doc/guide/porting-from-greenlet.md": "### test_a.py (2)\n| test_x | Y | `s` |\n| test_y | N | no need |\n",
    "include/coir/base/one.hpp": "#pragma once\nstruct one {};\n",
    "include/coir/fiber/two.hpp": "#pragma once\n#include <coir/base/one.hpp>\n",
    "lib/fiber/context.hpp": "#pragma once\n// #include <boost/context/detail/fcontext.hpp>\n",
    "test/fiber/meson.build": "tests = [\n  'two_test',\n]\n",
    "test/parity/greenlet/meson.build": "tests = [\n  'a_test',\n]\n",
    "test/parity/greenlet/a_test.cpp": "TEST_F(s, test_x) {}\n",
    "test/fiber/two_test.cpp": '#include "fiber/context.hpp"\nvoid f() { coir::sleep_for(1s); }\n',
}


def header(text: str) -> dict[str, str]:
    return {"include/coir/base/one.hpp": f"#pragma once\n{text}"}


def chain(length: int, last: str = "") -> dict[str, str]:
    """Headers 1.hpp ... each of which includes the next."""
    files = {f"lib/base/{i}.hpp": f'#include "{i + 1}.hpp"\n' for i in range(1, length)}
    return files | {f"lib/base/{length}.hpp": last}


class Checks(unittest.TestCase):
    def run_check(self, check: str, files: dict[str, str]) -> tuple[int, str]:
        with tempfile.TemporaryDirectory(prefix="coir lint ") as folder:
            root = pathlib.Path(folder)
            for name, text in (SOUND | files).items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            arguments = {"layers": LAYERS, "headers": (str(root / "work"), NINJA, *COMPILER), "parity": ("2",)}
            extra = arguments.get(check, ())
            done = subprocess.run(
                [sys.executable, "-B", HERE / f"{check}.py", root, *extra], capture_output=True, text=True, check=False
            )
            return done.returncode, done.stdout + done.stderr

    def accepts(self, check: str, files: dict[str, str]) -> None:
        status, output = self.run_check(check, files)
        self.assertEqual(status, 0, output)

    def rejects(self, check: str, place: str, files: dict[str, str], rule: str) -> None:
        status, output = self.run_check(check, files)
        self.assertEqual(status, 1, output)
        found = [line for line in output.splitlines() if line.startswith(f"{place}: ") and rule in line]
        self.assertTrue(found, f"no '{place}: ... {rule}' in:\n{output}")

    def test_sound_tree_passes_every_check(self) -> None:
        for check in ("boost", "docs", "headers", "layers", "listed", "parity", "size", "sleep", "snippets"):
            with self.subTest(check):
                self.accepts(check, {})

    def test_boost(self) -> None:
        for name in ("lib/fiber/stack.hpp", "lib/base/context.hpp", "test/fiber/x_test.cpp", "doc/example/one.cpp"):
            self.rejects("boost", f"{name}:2", {name: "\n# include <boost/context/fiber.hpp>\n"}, "for the seam")
        self.accepts("boost", {"bench/switch/boost.cpp": "#include <boost/fiber/all.hpp>\n"})

    def test_docs_wants_the_label_on_what_may_switch(self) -> None:
        bad = "lacks 'Switches: may'"
        self.rejects("docs", "include/coir/base/one.hpp:2", header("void wait_for(int);\n"), bad)
        self.rejects("docs", "include/coir/base/one.hpp:2", header("bool get_until(int);\n"), bad)
        self.rejects("docs", "include/coir/base/one.hpp:3", header("/// Switches: never\nint get();\n"), bad)
        self.rejects(
            "docs",
            "include/coir/base/one.hpp:4",
            header("class a {\n public:\n  template <class T>\n    requires(f<T>(1))\n  auto close(T) -> T;\n};\n"),
            bad,
        )
        documented = "/// Waits.\n///\n/// Switches: may\n"
        self.accepts("docs", header(f"{documented}int get() {{\n  return f();\n}}\nint get(int);\nint get_for(int);\n"))
        self.accepts("docs", header("class c {\n  void get();\n public:\n  int x = get();\n};\n"))
        forward = {"include/coir/fiber/two.hpp": "void get();\n"}
        self.rejects("docs", "include/coir/fiber/two.hpp:1", forward | header("void get();\n"), bad)
        self.rejects("docs", "include/coir/fiber/two.hpp:1", forward | header(f"{documented}void get(int);\n"), bad)
        self.accepts("docs", forward | header(f"{documented}inline void get() {{}}\n"))
        self.accepts("docs", header("struct wait_queue {\n  wait_queue();\n};\n"))
        self.accepts("docs", header("namespace detail {\nint get();\n}\nstruct b {\n  int get();\n};\n"))

    def test_docs_refuses_the_label_elsewhere(self) -> None:
        label = "/// Switches: always\n"
        self.rejects("docs", "include/coir/base/one.hpp:3", header(f"{label}void close();\n"), "never switches")
        self.rejects("docs", "include/coir/base/one.hpp:3", header(f"{label}void jump();\n"), "not in doc/conv")
        self.accepts("docs", header(f"struct x {{\n{label}~x();\n}};\n"))

    def test_docs_wants_a_sound_list_of_verbs(self) -> None:
        twice = {"doc/conventions.md": "### May switch\n`get`\n\n### Never switch\n`get`\n"}
        self.rejects("docs", "doc/conventions.md:5", twice, "both lists")
        self.rejects("docs", "doc/conventions.md:1", {"doc/conventions.md": "# Conventions\n`get`\n"}, "needs verbs")

    def test_headers(self) -> None:
        place = "include/coir/base/one.hpp:1"
        self.rejects("headers", place, header("std::string name();\n"), "does not compile alone")
        self.rejects("headers", place, {"include/coir/base/one.hpp": "struct one {};\n"}, "does not compile alone")
        self.rejects("headers", place, header("inline void f(int unused) {}\n"), "does not compile alone")

    def test_layers_point_down(self) -> None:
        up = header("#include <coir/fiber/two.hpp>\n")
        self.rejects("layers", "include/coir/base/one.hpp:2", up, "base may not include layer fiber")
        side = {"lib/reactor/x.cpp": '#include "fiber/context.hpp"\n'}
        self.rejects("layers", "lib/reactor/x.cpp:1", side, "reactor may not include layer fiber")
        gatherer = {"include/coir/coir.hpp": "", "lib/fiber/x.cpp": "#include <coir/coir.hpp>\n"}
        self.rejects("layers", "lib/fiber/x.cpp:1", gatherer, "fiber may not include layer coir")
        self.rejects("layers", "lib/fiber/x.cpp:1", {"lib/fiber/x.cpp": "#include <coir/no.hpp>\n"}, "there is no")
        self.rejects("layers", "lib/other/x.cpp:1", {"lib/other/x.cpp": ""}, "not a layer")
        epoll = {"lib/fiber/x.cpp": "#include <sys/epoll.h>\n", "lib/reactor/x.cpp": "#include <sys/epoll.h>\n"}
        self.rejects("layers", "lib/fiber/x.cpp:1", epoll, "for layer reactor alone")

    def test_layers_keep_the_inside_inside(self) -> None:
        public = {"include/coir/fiber/x.hpp": '#include "fiber/context.hpp"\n'}
        self.rejects("layers", "include/coir/fiber/x.hpp:1", public, "may not open lib/")
        for name in ("test/base/x_test.cpp", "bench/switch/coir.cpp", "doc/example/two.cpp"):
            opens = {name: '#include "fiber/context.hpp"\n'}
            self.rejects("layers", f"{name}:1", opens, "open to the library and to test/fiber only")
        detail = {"include/coir/base/detail/x.hpp": "", "bench/switch/x.cpp": "#include <coir/base/detail/x.hpp>\n"}
        self.rejects("layers", "bench/switch/x.cpp:1", detail, "detail headers")
        tests = {"test/support/x.hpp": "", "lib/base/x.cpp": '#include "x.hpp"\n'}
        self.rejects("layers", "lib/base/x.cpp:1", tests, "does not include test/")

    def test_layers_refuse_cycles_and_deep_chains(self) -> None:
        self.rejects("layers", "lib/base/3.hpp:1", chain(3, '#include "1.hpp"\n'), "base/3.hpp -> base/1.hpp")
        self.rejects("layers", "lib/base/1.hpp:1", chain(11), "more than 10 headers deep: base/1.hpp -> base/2.hpp")
        self.accepts("layers", chain(10))

    def test_listed(self) -> None:
        for name in ("lib/base/x.cpp", "test/fiber/x_test.cpp", "test/parity/greenlet/x_test.cpp", "doc/example/x.cpp"):
            self.rejects("listed", f"{name}:1", {name: ""}, "is not listed")
        jumbled = {"lib/base/meson.build": "coir_sources += files(\n  'b.cpp',\n  'a.cpp',\n)\n"}
        self.rejects("listed", "lib/base/meson.build:3", jumbled, "'a' comes before 'b'")

    def test_parity_wants_an_answer_to_each_test(self) -> None:
        page = "doc/guide/porting-from-greenlet.md"

        def rejects(line: int, rows: str, rule: str, count: int = 2) -> None:
            self.rejects("parity", f"{page}:{line}", {page: f"### test_a.py ({count})\n{rows}"}, rule)

        good, left_out = "| test_x | Y | `s` |\n", "| test_y | N | no need |\n"
        rejects(1, good, "has 1 rows, not 2", count=1)
        rejects(1, good + left_out, "test_a has 2 rows, not 3", count=3)
        rejects(3, good + good, "has a row already")
        rejects(2, left_out.replace("N", "?") + good, "is no row")
        rejects(3, good + "| test_y | Y | `s` |\n", "there is no test s.test_y")
        rejects(2, "| test_x | A | `s` |\n" + left_out, "does not say how")
        rejects(2, "| test_x | Y | no need |\n" + left_out, "does not name the suite")
        rejects(3, good + "| test_y | N | `s` |\n", "gives no reason")
        rejects(3, good + "| test_y | N | why not; stand-in `s` |\n", "there is no test s.test_y")
        twice = "### test_b.py (1)\n| test_x | N | why not; stand-in `s` |\n"
        rejects(4, good + twice, "answers another row", count=1)
        extra = {"test/parity/greenlet/a_test.cpp": "TEST_F(s, test_x) {}\nTEST(s, test_z) {}\n"}
        self.rejects("parity", "test/parity/greenlet/a_test.cpp:2", extra, "s.test_z has no row")

    def test_size(self) -> None:
        for name in ("include/coir/base/x.hpp", "lib/base/x.cpp", "test/lint/x.py", "bench/x.cpp"):
            self.rejects("size", f"{name}:401", {name: "\n" * 401}, "401 lines")
        self.accepts("size", {"lib/base/x.cpp": "\n" * 400})

    def test_sleep(self) -> None:
        for call in ("std::this_thread::sleep_for(1s)", "::usleep(1)", "nanosleep(&t, nullptr)", "sleep (1)"):
            self.rejects("sleep", "test/base/x_test.cpp:1", {"test/base/x_test.cpp": f"{call};\n"}, "do not sleep")
        self.accepts("sleep", {"test/base/x_test.cpp": "auto sleep = [] {};\nsleep();\n"})

    def test_snippets(self) -> None:
        stale = {"README.md": "<!-- doc/example/one.cpp -->\n```cpp\nint main() { }\n```\n"}
        self.rejects("snippets", "README.md:2", stale, "differs from doc/example/one.cpp")
        self.rejects("snippets", "README.md:1", {"README.md": "```cpp\n```\n"}, "nothing compiles")
        missing = {"doc/guide/page.md": "<!-- doc/example/none.cpp -->\n```cpp\n```\n"}
        self.rejects("snippets", "doc/guide/page.md:2", missing, "there is no")
        self.accepts("snippets", {"doc/guide/page.md": "```cpp\nint fragment;\n```\n"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
