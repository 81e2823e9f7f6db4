"""Writes all samples in Google Benchmark's format, so that its own tools can read them."""

import json
import statistics

# These name the machine and the folder of whoever ran it and say nothing about the figures.
PRIVATE = ('executable', 'host_name')


def document(results, facts):
    context = {key: value for key, value in results.context.items() if key not in PRIVATE}
    context['machine'] = facts
    context['missing'] = results.missing()
    context['failed'] = results.failures
    context['notes'] = results.notes
    entries = []
    for benchmark in results.catalogue.benchmarks:
        samples = results.samples.get(benchmark.name, [])
        entries += [_sample(s, i, len(samples)) for i, s in enumerate(samples)]
        if len(samples) > 1:
            entries += _aggregates(benchmark.name, samples)
    return {'context': context, 'benchmarks': entries}


def write(path, results, facts):
    path.write_text(json.dumps(document(results, facts), indent=1) + '\n', encoding='utf-8')


def _sample(entry, index, count):
    return {**entry, 'repetitions': count, 'repetition_index': index}


def _aggregates(name, samples):
    measured = [key for key, value in samples[0].items()
                if isinstance(value, float) and all(key in s for s in samples)]
    shared = {key: samples[0][key] for key in ('run_name', 'threads', 'time_unit') if key in samples[0]}
    for aggregate, of in (('mean', statistics.fmean), ('median', statistics.median), ('stddev', statistics.stdev)):
        entry = {'name': f'{name}_{aggregate}', **shared, 'run_type': 'aggregate', 'aggregate_name': aggregate,
                 'aggregate_unit': 'time', 'repetitions': len(samples), 'iterations': len(samples)}
        entry.update({key: of([s[key] for s in samples]) for key in measured})
        yield entry
