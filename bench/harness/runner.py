"""Runs one benchmark in a process of its own."""

import json
import re
import subprocess


class Unavailable(Exception):
    """The benchmark found that it cannot ask its question on this machine; the message says why."""


class Failed(Exception):
    """The benchmark crashed, hung or found a wrong result; the message says which."""


def command(benchmark, seconds):
    return [
        str(benchmark.program),
        f'--benchmark_filter=^{re.escape(benchmark.name)}$',
        f'--benchmark_min_time={seconds:g}',
        '--benchmark_format=json',
    ]


def run(benchmark, seconds, limit):
    """Returns Google Benchmark's context and the one sample; raises Failed or Unavailable. `limit` bounds the seconds the process may take.

    A process of its own keeps one contender's heap, threads and branch history out of another's figures.
    """
    process = subprocess.Popen(command(benchmark, seconds), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    try:
        output, errors = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failed(f'no result within {limit:.0f} s') from None
    finally:
        # Also when Ctrl-C arrives here: a benchmark that went on would disturb the next run.
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode != 0:
        raise Failed(_last_line(errors) or f'exit status {process.returncode}')
    return parse(output, benchmark.name)


def parse(output, name):
    try:
        document = json.loads(output)
    except json.JSONDecodeError as error:
        raise Failed(f'output is not JSON: {error}') from None
    samples = [b for b in document['benchmarks'] if b['name'] == name and b.get('run_type') == 'iteration']
    if len(samples) != 1:
        raise Failed(f'expected one result, got {len(samples)}')
    if samples[0].get('error_occurred'):
        raise Unavailable(samples[0].get('error_message', 'skipped'))
    return document['context'], samples[0]


def _last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ''
