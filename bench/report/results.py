"""Samples gathered so far, and what follows from them."""

import statistics
from dataclasses import dataclass, field

from report.questions import question_of


@dataclass
class Row:
    """One contender in one group."""

    contender: str
    values: list  # of the question's metric, one per sample
    counters: dict = field(default_factory=dict)  # medians of the question's other columns
    ratio: float = 1.0  # median / median of the group's baseline
    counter_ratios: dict = field(default_factory=dict)

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def low(self):
        return min(self.values)

    @property
    def high(self):
        return max(self.values)


@dataclass
class Group:
    """Contenders that answered the same question with the same argument, best first."""

    name: str
    rows: list
    baseline: str  # the contender that ratios refer to

    @property
    def question(self):
        return question_of(self.name)


class Results:
    def __init__(self, catalogue):
        self.catalogue = catalogue
        self.samples = {}  # benchmark name -> Google Benchmark's entries
        self.failures = {}  # benchmark name -> reason
        self.unavailable = {}  # benchmark name -> reason, known only since it was tried
        self.context = {}  # Google Benchmark's, of the first run
        self.notes = []  # what a reader must know about how this came about

    def add(self, name, context, sample):
        self.context = self.context or context
        self.samples.setdefault(name, []).append(sample)

    def missing(self):
        """Name and reason of every contender that could not be asked: not built, or unable to run here."""
        built = {f'{m.question}/{m.contender}': m.reason for m in self.catalogue.missing}
        return {**built, **self.unavailable}

    def groups(self):
        """In the order of the catalogue; groups without a single sample are left out."""
        names = dict.fromkeys(b.group for b in self.catalogue.benchmarks)
        return [group for group in map(self._group, names) if group.rows]

    def _group(self, name):
        question = question_of(name)
        rows = [self._row(b, question) for b in self.catalogue.benchmarks if b.group == name and b.name in self.samples]
        rows.sort(key=lambda row: row.median, reverse=question.higher_is_better)
        baseline = next((row for row in rows if row.contender == 'raw'), rows[0] if rows else None)
        for row in rows:
            row.ratio = row.median / baseline.median
            row.counter_ratios = {c: _ratio(row.counters[c], baseline.counters.get(c)) for c in row.counters}
        return Group(name, rows, baseline.contender if baseline else '')

    def _row(self, benchmark, question):
        samples = self.samples[benchmark.name]
        counters = {}
        for column in question.columns:
            values = [column.scale * s[column.key] for s in samples if column.key in s]
            if values:
                counters[column.key] = statistics.median(values)
        return Row(benchmark.contender, [question.scale * s[question.metric] for s in samples], counters)


def _ratio(value, base):
    return value / base if base else None
