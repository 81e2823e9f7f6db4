#!/usr/bin/env python3
"""Tests of the comparison's runner and reports, without running a benchmark."""

import io
import json
import re
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path
from subprocess import run

BENCH = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BENCH))

from harness import plan, runner
from harness.catalogue import Benchmark, Catalogue, Missing, UnknownName
from harness.progress import Progress
from report import google_json, numbers, page, table
from report.results import Results

NAMES = ('switch/raw', 'switch/coir', 'yield/2/coir', 'yield/1000/coir', 'echo/64/raw', 'echo/64/coir')
MISSING = Missing('yield', 'boost_fiber', 'the static library of Boost.Fiber was not found')
FACTS = {'CPU': 'a <fast> one', 'compiler': 'gcc 12'}


def catalogue():
    return Catalogue([Benchmark(name, Path(name.split('/')[0])) for name in NAMES], [MISSING], {})


def sample(name, time, **counters):
    return {'name': name, 'run_name': name, 'run_type': 'iteration', 'threads': 1, 'time_unit': 'ns',
            'iterations': 10, 'real_time': time, 'cpu_time': time, **counters}


def results():
    gathered = Results(catalogue())
    for name, times in {'switch/raw': (1.0, 2.0, 3.0), 'switch/coir': (3.0, 3.2, 2.0), 'yield/2/coir': (40.0,)}.items():
        for time in times:
            gathered.add(name, {'date': 'today', 'host_name': 'secret', 'executable': '/home/x'}, sample(name, time))
    for name, rate, p99 in (('echo/64/raw', 200e3, 400.0), ('echo/64/coir', 210e3, 300.0)):
        gathered.add(name, {}, sample(name, 1e9 / rate, requests_per_second=rate, p99_us=p99))
    gathered.failures['yield/1000/coir'] = 'bench: wrong result: expected <this>'
    gathered.unavailable['yield/2/thread'] = 'no such kernel'
    return gathered


class Catalogues(unittest.TestCase):
    def test_a_name_has_question_group_and_contender(self):
        benchmark = Benchmark('yield/1000/boost_fiber', Path())
        self.assertEqual(('yield', 'yield/1000', 'boost_fiber'),
                         (benchmark.question, benchmark.group, benchmark.contender))

    def test_selects_by_question_with_or_without_argument(self):
        names = [b.name for b in catalogue().select(['yield/2', 'switch'], []).benchmarks]
        self.assertEqual(['switch/raw', 'switch/coir', 'yield/2/coir'], names)

    def test_keeps_the_missing_contenders_of_what_is_selected(self):
        self.assertEqual([MISSING], catalogue().select(['yield/2'], []).missing)
        self.assertEqual([], catalogue().select(['switch'], []).missing)

    def test_a_missing_contender_may_be_asked_for(self):
        chosen = catalogue().select([], ['boost_fiber'])
        self.assertEqual(([], [MISSING]), (chosen.benchmarks, chosen.missing))

    def test_an_unknown_question_is_named_with_the_valid_ones(self):
        with self.assertRaisesRegex(UnknownName, 'unknown question "swich"; .*echo.*switch, yield'):
            catalogue().select(['swich'], [])

    def test_an_unknown_contender_is_named_with_the_valid_ones(self):
        with self.assertRaisesRegex(UnknownName, 'unknown contender "go"; .*boost_fiber, coir, raw'):
            catalogue().select([], ['go'])

    def test_the_command_line_refuses_a_folder_without_benchmarks(self):
        with tempfile.TemporaryDirectory() as empty:
            ended = run([sys.executable, BENCH / 'compare.py', '--build-dir', empty], capture_output=True, text=True)
        self.assertEqual(2, ended.returncode)
        self.assertIn('holds no benchmarks', ended.stderr)


class Runs(unittest.TestCase):
    def test_reads_the_one_sample(self):
        document = {'context': {'num_cpus': 2}, 'benchmarks': [sample('switch/raw', 1.5)]}
        context, entry = runner.parse(json.dumps(document), 'switch/raw')
        self.assertEqual((2, 1.5), (context['num_cpus'], entry['real_time']))

    def test_refuses_what_is_not_one_good_sample(self):
        broken = {**sample('switch/raw', 0.0), 'error_occurred': True, 'error_message': 'no luck'}
        for entries, error, complaint in (([], runner.Failed, 'got 0'), ([broken], runner.Unavailable, 'no luck')):
            with self.assertRaisesRegex(error, complaint):
                runner.parse(json.dumps({'context': {}, 'benchmarks': entries}), 'switch/raw')
        with self.assertRaisesRegex(runner.Failed, 'not JSON'):
            runner.parse('Segmentation fault', 'switch/raw')

    def program(self, folder, script):
        path = Path(folder) / 'program'
        path.write_text(f'#!/bin/sh\n{script}\n')
        path.chmod(0o755)
        return Benchmark('switch/raw', path)

    def test_a_crash_is_reported_by_its_last_words(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(runner.Failed, 'wrong result'):
                runner.run(self.program(folder, 'echo bench: wrong result >&2; exit 134'), 0.1, limit=10)

    def test_a_hang_is_ended(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(runner.Failed, 'no result within'):
                runner.run(self.program(folder, 'exec sleep 60'), 0.1, limit=0.2)

    def test_every_round_has_every_benchmark_in_an_order_of_its_own(self):
        benchmarks = catalogue().benchmarks
        steps = list(plan.Plan(20, 0.1, 1.0).steps(benchmarks, seed=1))
        rounds = [tuple(steps[i:i + len(benchmarks)]) for i in range(0, len(steps), len(benchmarks))]
        self.assertTrue(all(set(r) == set(benchmarks) for r in rounds))
        self.assertGreater(len(set(rounds)), 1)

    def test_a_large_one_runs_in_the_first_rounds_only(self):
        benchmarks = [*catalogue().benchmarks, Benchmark('parked/1000000/coir', Path('parked'))]
        names = [b.name for b in plan.Plan(5, 0.1, 1.0, large_rounds=2).steps(benchmarks)]
        self.assertEqual((2, 5), (names.count('parked/1000000/coir'), names.count('switch/coir')))
        self.assertEqual([0, 1], sorted(i // 7 for i, name in enumerate(names) if name == 'parked/1000000/coir'))
        self.assertEqual(('skynet/boost_fiber', None), tuple(
            plan.large_of(Benchmark(name, Path('skynet'))) for name in ('skynet/boost_fiber', 'skynet/coir')))
        shortened = plan.Plan(9, 0.25, 1.0, large_rounds=1).within(benchmarks, 35.0)
        self.assertAlmostEqual(35.0, shortened.expected_total(benchmarks), delta=0.1)

    def test_a_crowd_of_sleepers_is_measured_once(self):
        sleepers = Benchmark('timer/100000/coir', Path('timer'))
        self.assertEqual('timer/100000', plan.large_of(sleepers))
        # Google Benchmark runs a program again that was done within a fifth of the time it is given.
        self.assertLess(5 * plan.FULL.seconds_of(sleepers), 1.0)

    def test_a_budget_shortens_the_runs(self):
        benchmarks = catalogue().benchmarks
        shortened = plan.FULL.within(benchmarks, 20.0)
        self.assertAlmostEqual(20.0, shortened.expected_total(benchmarks), delta=0.1)
        self.assertEqual(plan.FULL, plan.FULL.within(benchmarks, 1e6))

    def test_the_remaining_time_follows_what_steps_really_took(self):
        now = [0.0]
        progress = Progress(['a', 'b', 'a'], {'a': 1.0, 'b': 2.0}, stream=io.StringIO(), clock=lambda: now[0])
        self.assertEqual(4.0, progress.remaining())
        progress.begin('a')
        now[0] += 3.0
        progress.end('a')
        self.assertEqual(3.0 + 3 * 2.0, progress.remaining())


class Figures(unittest.TestCase):
    def group(self, name):
        return next(g for g in results().groups() if g.name == name)

    def test_a_row_is_the_median_with_its_spread(self):
        raw = next(r for r in self.group('switch').rows if r.contender == 'raw')
        self.assertEqual((2.0, 1.0, 3.0), (raw.median, raw.low, raw.high))
        self.assertEqual('-50 +50 %', numbers.spread(raw))

    def test_ratios_refer_to_raw(self):
        group = self.group('switch')
        self.assertEqual('raw', group.baseline)
        self.assertEqual({'raw': 1.0, 'coir': 1.5}, {r.contender: r.ratio for r in group.rows})

    def test_ratios_refer_to_the_fastest_where_there_is_no_raw(self):
        self.assertEqual('coir', self.group('yield/2').baseline)

    def test_more_requests_are_better(self):
        group = self.group('echo/64')
        self.assertEqual(['coir', 'raw'], [r.contender for r in group.rows])
        self.assertAlmostEqual(1.05, group.rows[0].ratio)
        self.assertAlmostEqual(0.75, group.rows[0].counter_ratios['p99_us'])

    def test_a_figure_is_shown_in_the_unit_of_its_question(self):
        gathered = Results(Catalogue([Benchmark('skynet/coir', Path('skynet'))], [], {}))
        gathered.add('skynet/coir', {}, sample('skynet/coir', 2e6, peak_bytes=float(3 << 20)))
        row = gathered.groups()[0].rows[0]
        self.assertEqual((2.0, 3.0), (row.median, row.counters['peak_bytes']))

    def test_sleepers_are_compared_by_processor_time(self):
        gathered = Results(Catalogue([Benchmark(f'timer/1000/{c}', Path('timer')) for c in ('raw', 'coir')], [], {}))
        for name, cpu in (('timer/1000/raw', 0.2), ('timer/1000/coir', 0.3)):
            gathered.add(name, {}, sample(name, 1e6, cpu_seconds=cpu, late_p50_us=500.0))
        rows = {row.contender: row for row in gathered.groups()[0].rows}
        self.assertAlmostEqual(1.5, rows['coir'].ratio)
        self.assertEqual(500.0, rows['coir'].counters['late_p50_us'])

    def test_three_digits_are_shown(self):
        shown = [numbers.figure(v) for v in (0.6423, 1.2345, 45.67, 123.4, 1236.0, 287149.0)]
        self.assertEqual(['0.642', '1.23', '45.7', '123', '1,240', '287,000'], shown)


class Strict(HTMLParser):
    """Fails on a tag that is closed by another, and notes whatever a browser would load."""

    VOID = {'meta', 'rect', 'line', 'br'}

    def __init__(self):
        super().__init__()
        self.open = []
        self.tags = []
        self.loaded = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loaded += [value for key, value in attrs if key in ('src', 'href', 'xlink:href')]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f'unexpected </{tag}>')


class Reports(unittest.TestCase):
    def test_the_page_is_well_formed_and_loads_nothing(self):
        text = page.render(results(), FACTS)
        parser = Strict()
        parser.feed(text)
        self.assertEqual([], parser.open)
        self.assertEqual([], parser.loaded)
        self.assertEqual(len(results().groups()), parser.tags.count('svg'))
        self.assertNotIn('a <fast> one', text)

    def test_bars_stay_within_the_page(self):
        for percent in re.findall(r'="(-?[0-9.]+)%"', page.render(results(), FACTS)):
            self.assertTrue(0 <= float(percent) <= 100, percent)

    def test_every_report_names_what_failed_and_what_is_missing(self):
        gathered = results()
        for text in (page.render(gathered, FACTS), table.text(gathered), table.markdown(gathered, FACTS)):
            self.assertIn('yield/1000/coir', text)
            self.assertIn('wrong result', text)
            self.assertIn(MISSING.reason, text)
            self.assertIn('no such kernel', text)

    def test_an_empty_comparison_still_makes_reports(self):
        nothing = Results(catalogue())
        self.assertIn('</html>', page.render(nothing, FACTS))
        self.assertEqual([], google_json.document(nothing, FACTS)['benchmarks'])
        self.assertIn(MISSING.reason, table.text(nothing))

    def test_json_holds_every_sample_and_its_aggregates(self):
        document = google_json.document(results(), FACTS)
        entries = [e for e in document['benchmarks'] if e['run_name'] == 'switch/coir']
        self.assertEqual([3.0, 3.2, 2.0], [e['real_time'] for e in entries if e['run_type'] == 'iteration'])
        self.assertEqual([0, 1, 2], [e['repetition_index'] for e in entries if e['run_type'] == 'iteration'])
        median = next(e for e in entries if e['name'] == 'switch/coir_median')
        self.assertEqual(3.0, median['real_time'])
        self.assertNotIn('secret', json.dumps(document))


if __name__ == '__main__':
    unittest.main()
