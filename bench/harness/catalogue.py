"""What there is to run: the benchmarks of a build directory, and the contenders it had to leave out."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path


class UnknownName(Exception):
    """A question or contender that does not exist; the message lists those that do."""


class NoBenchmarks(Exception):
    """The build directory holds no benchmarks."""


@dataclass(frozen=True)
class Benchmark:
    """One line of the comparison: `question/contender` or `question/argument/contender`."""

    name: str
    program: Path

    @property
    def question(self):
        return self.name.split('/')[0]

    @property
    def group(self):
        """The question with its argument: what is compared with each other."""
        return self.name.rpartition('/')[0]

    @property
    def contender(self):
        return self.name.rpartition('/')[2]


@dataclass(frozen=True)
class Missing:
    """A contender of a question that was not built, and why."""

    question: str
    contender: str
    reason: str


class Catalogue:
    def __init__(self, benchmarks, missing, build):
        self.benchmarks = benchmarks
        self.missing = missing
        self.build = build  # what the manifest says about compiler, flags and versions

    @classmethod
    def of(cls, build_dir):
        folder = Path(build_dir) / 'bench'
        try:
            manifest = json.loads((folder / 'manifest.json').read_text())
        except FileNotFoundError:
            raise NoBenchmarks(f'{build_dir} holds no benchmarks: configure it with Google Benchmark installed, '
                               'without sanitizers') from None
        benchmarks = []
        for question in manifest['questions']:
            program = folder / question
            if not program.exists():
                raise NoBenchmarks(f'{program} is not built: run ninja -C {build_dir} first')
            benchmarks += [Benchmark(name, program) for name in _names_in(program)]
        missing = [Missing(**entry) for entry in manifest['missing']]
        build = {key: value for key, value in manifest.items() if isinstance(value, str)}
        return cls(benchmarks, missing, build)

    def select(self, questions, contenders):
        """Keeps what is named; an empty list keeps all. A question may be given with its argument: `yield/1000`."""
        known = {b.question for b in self.benchmarks} | {b.group for b in self.benchmarks}
        known |= {m.question for m in self.missing}
        _refuse_unknown('question', questions, known)
        known = {b.contender for b in self.benchmarks} | {m.contender for m in self.missing}
        _refuse_unknown('contender', contenders, known)

        def wanted(entry):
            groups = {entry.question, getattr(entry, 'group', entry.question)}
            # A missing contender has no argument: it is missing for each.
            asked = {q.split('/')[0] for q in questions} if isinstance(entry, Missing) else set(questions)
            return (not questions or groups & asked) and (not contenders or entry.contender in contenders)

        return Catalogue([b for b in self.benchmarks if wanted(b)], [m for m in self.missing if wanted(m)], self.build)


def _names_in(program):
    listing = subprocess.run([program, '--benchmark_list_tests=true'], stdout=subprocess.PIPE, text=True, check=True)
    return listing.stdout.split()


def _refuse_unknown(kind, asked, known):
    for name in asked:
        if name not in known:
            raise UnknownName(f'unknown {kind} "{name}"; the {kind}s are: {", ".join(sorted(known))}')
