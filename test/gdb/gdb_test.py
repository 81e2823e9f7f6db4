"""Runs gdb on a program that aborts, then on its core file, and looks for its fibers.

Usage: gdb_test.py GDB VICTIM SCRIPT
"""

import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import unittest

GDB, VICTIM, SCRIPT = sys.argv[1], str(pathlib.Path(sys.argv[2]).resolve()), sys.argv[3]
COMMANDS = ["coir fibers", "coir bt suspended", "coir bt sleeper", "coir bt all", "bt 1"]


def gdb(*arguments):
    done = subprocess.run([GDB, "--nx", "--batch", *arguments], capture_output=True, text=True, timeout=100)
    return done.stdout + done.stderr


def commands(*more):
    result = ["-ex", "set debuginfod enabled off", "-ex", "set pagination off"]
    for command in more:
        result += ["-ex", command]
    return result


def between(text, start, end):
    found = re.search(re.escape(start) + r".*?\n(.*?)" + end, text, re.DOTALL)
    return found[1] if found else ""


LOAD = f"source {SCRIPT}"
LOOK = [part for c in COMMANDS for part in (f"echo == {c}\\n", c)]


class Gdb(unittest.TestCase):
    def check(self, text):
        listed = between(text, "== coir fibers", "== coir bt suspended")
        self.assertRegex(listed, r"fiber 'unstarted' \(not started\), parent main fiber")
        self.assertRegex(listed, r"fiber 'suspended' \(suspended\), parent main fiber")
        self.assertRegex(listed, r"fiber 'sleeper' \(parked\), waits for ")
        self.assertRegex(listed, r"fiber 'culprit' \(running\)")
        self.assertRegex(listed, r"main fiber 0x[0-9a-f]+ \(suspended\)")
        self.assertNotIn("'ended'", listed)
        calls = between(text, "== coir bt suspended", "== coir bt sleeper")
        self.assertRegex(calls, r"#\d+ .*innermost.*(\n.*)*#\d+ .*outermost")
        self.assertNotIn("abort", calls)
        self.assertNotIn("??", calls.splitlines()[-1], "it ends at the fiber's bottom")
        self.assertLess(len(calls.splitlines()), 20)
        self.assertRegex(between(text, "== coir bt sleeper", "== coir bt all"), r"#\d+ .*sleeps")
        every = between(text, "== coir bt all", "== bt 1")
        self.assertRegex(every, r"fiber 'unstarted' \(not started\)")
        self.assertRegex(every, r"(?s)innermost.*sleeps|sleeps.*innermost")
        self.assertRegex(every, r"fiber 'culprit' \(running\)\n +\(runs: ")
        self.assertIn("main (", every)
        # The thread's own backtrace is itself again.
        self.assertRegex(text.split("== bt 1")[1], r"#0 ")

    def test_in_the_process(self):
        self.check(gdb(*commands("run", LOAD, *LOOK, "kill"), VICTIM))

    def test_in_its_core_file(self):
        # The kernel's: gdb's own, by generate-core-file, leaves out a mapping with a guard in it.
        pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
        if "/" in pattern or pattern.startswith("|"):
            self.skipTest(f"core files are not written to the program's folder here: {pattern}")
        with tempfile.TemporaryDirectory() as folder:
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            subprocess.run([VICTIM], cwd=folder, timeout=100, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, unlimited))
            [core] = pathlib.Path(folder).glob("core*")
            self.check(gdb(*commands(LOAD, *LOOK), VICTIM, str(core)))

    def test_a_wrong_name_is_an_error_that_says_so(self):
        told = gdb(*commands("start", LOAD, "coir bt nobody", "coir bt"), VICTIM)
        self.assertIn("No fiber is named nobody", told)
        self.assertIn("needs the name of a fiber", told)


unittest.main(argv=sys.argv[:1], verbosity=2)
