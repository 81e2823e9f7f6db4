#!/usr/bin/env python3
"""Compares coir with the other ways to run many things at once, and writes tables and a report."""

import argparse
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from harness import plan as plans
from harness import runner
from harness.catalogue import Catalogue, NoBenchmarks, UnknownName
from harness.progress import Progress
from report import google_json, machine, page, table
from report.results import Results

OUTPUT = Path(__file__).resolve().parent.parent / 'build' / 'compare'


def main():
    arguments = parse_arguments()
    # A script that stops us wants the report of what there is as much as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        catalogue = Catalogue.of(arguments.build_dir).select(arguments.question, arguments.contender)
    except (UnknownName, NoBenchmarks) as error:
        print(f'compare: {error}', file=sys.stderr)
        return 2
    if arguments.list:
        return list_all(catalogue)
    if arguments.smoke:
        return smoke(catalogue)
    return compare(catalogue, arguments)


def parse_arguments():
    parser = argparse.ArgumentParser(prog='compare', description=__doc__)
    parser.add_argument('--build-dir', required=True, metavar='DIR', help='the Meson build directory')
    parser.add_argument('--quick', action='store_true', help='take under three minutes')
    parser.add_argument('--smoke', action='store_true', help='run each benchmark once, check its result, time nothing')
    parser.add_argument('--list', action='store_true', help='list the benchmarks and what is missing')
    parser.add_argument('--question', action='append', default=[], metavar='Q', help='only this one, e.g. switch, yield/2')
    parser.add_argument('--contender', action='append', default=[], metavar='C', help='only this one, e.g. coir')
    parser.add_argument('--rounds', type=positive(int), metavar='R', help='runs of each benchmark')
    parser.add_argument('--seconds', type=positive(float), metavar='S', help='least time of each run')
    parser.add_argument('--json', type=Path, default=OUTPUT / 'compare.json', metavar='F', help='default: %(default)s')
    parser.add_argument('--html', type=Path, default=OUTPUT / 'report.html', metavar='F', help='default: %(default)s')
    parser.add_argument('--markdown', type=Path, default=OUTPUT / 'table.md', metavar='F', help='default: %(default)s')
    return parser.parse_args()


def positive(kind):
    def parse(text):
        value = kind(text)
        if value <= 0:
            raise ValueError
        return value

    parse.__name__ = f'positive {kind.__name__}'  # argparse puts it into its message
    return parse


def list_all(catalogue):
    for benchmark in catalogue.benchmarks:
        print(benchmark.name)
    for m in catalogue.missing:
        print(f'{m.question}/{m.contender}: missing, {m.reason}')
    return 0


def smoke(catalogue):
    verdicts = {}
    failed = False
    for benchmark in catalogue.benchmarks:
        lines = verdicts.setdefault(benchmark.contender, [])
        try:
            runner.run(benchmark, seconds=0, limit=60)
            lines.append(f'{benchmark.group} ok')
        except runner.Unavailable as reason:
            lines.append(f'{benchmark.group} unavailable ({reason})')
        except runner.Failed as error:
            failed = True
            lines.append(f'{benchmark.group} FAILED ({error})')
    for m in catalogue.missing:
        verdicts.setdefault(m.contender, []).append(f'{m.question} missing ({m.reason})')
    for contender, lines in verdicts.items():
        print(f'{contender}: {", ".join(lines)}')
    return 1 if failed else 0


def compare(catalogue, arguments):
    plan = plans.QUICK.within(catalogue.benchmarks, plans.QUICK_BUDGET) if arguments.quick else plans.FULL
    if arguments.rounds:
        plan = replace(plan, rounds=arguments.rounds)
    if arguments.seconds:
        plan = replace(plan, seconds=arguments.seconds, echo_seconds=arguments.seconds)
    results = Results(catalogue)
    large = sorted(set(map(plans.large_of, catalogue.benchmarks)) - {None})
    if large and plan.large_rounds == 0:
        if set(large) & set(arguments.question):
            plan = replace(plan, large_rounds=1)
        else:
            results.notes.append(f'Left out, for it is large and this was to be quick: {", ".join(large)}.')
    interrupted = False
    try:
        measure(plan, results, deadline=plans.QUICK_DEADLINE if arguments.quick else None)
    except KeyboardInterrupt:
        interrupted = True
        results.notes.append('Interrupted: some figures rest on fewer samples, or are absent.')
    publish(results, arguments)
    if interrupted:
        return 130
    return 1 if results.failures else 0


def measure(plan, results, deadline):
    """`deadline`: seconds after which no further run starts. The first round is run in any case."""
    began = time.monotonic()
    steps = list(plan.steps(results.catalogue.benchmarks))
    first_round = len(set(steps))
    progress = Progress([b.name for b in steps], {b.name: plan.expected(b) for b in steps})
    try:
        for index, benchmark in enumerate(steps):
            late = deadline is not None and time.monotonic() - began > deadline
            if late and index >= first_round:
                results.notes.append(f'Stopped after {deadline:.0f} s: some figures rest on fewer samples.')
                return
            progress.begin(benchmark.name)
            # What failed once is not waited for again.
            if benchmark.name not in results.failures and benchmark.name not in results.unavailable:
                sample(benchmark, plan, results)
            progress.end(benchmark.name)
    finally:
        progress.close()


def sample(benchmark, plan, results):
    try:
        context, entry = runner.run(benchmark, plan.seconds_of(benchmark), limit=20 * plan.expected(benchmark) + 10)
        results.add(benchmark.name, context, entry)
    except runner.Unavailable as reason:
        results.unavailable[benchmark.name] = str(reason)
    except runner.Failed as error:
        results.failures[benchmark.name] = str(error)


def publish(results, arguments):
    facts = machine.facts(results.catalogue.build)
    for path in (arguments.json, arguments.html, arguments.markdown):
        path.parent.mkdir(parents=True, exist_ok=True)
    google_json.write(arguments.json, results, facts)
    arguments.html.write_text(page.render(results, facts), encoding='utf-8')
    arguments.markdown.write_text(table.markdown(results, facts), encoding='utf-8')
    print(table.text(results), end='')
    for path in (arguments.json, arguments.html, arguments.markdown):
        print(f'wrote {path}')


if __name__ == '__main__':
    sys.exit(main())
