"""Tables of text: for the terminal and, in Markdown, for the README."""

from report import numbers


def header(group):
    question = group.question
    cells = ['contender', question.unit, 'spread', f'x {group.baseline}']
    for column in question.columns:
        cells.append(column.title)
        if column.with_ratio:
            cells.append(f'x {group.baseline}')
    return cells


def cells(group, row):
    line = [row.contender, numbers.figure(row.median), numbers.spread(row), numbers.ratio(row.ratio)]
    for column in group.question.columns:
        value = row.counters.get(column.key)
        line.append('-' if value is None else numbers.figure(value))
        if column.with_ratio:
            line.append(numbers.ratio(row.counter_ratios.get(column.key)))
    return line


def text(results):
    blocks = [_text_group(group) for group in results.groups()]
    return '\n\n'.join(blocks + _remarks(results, '', '')) + '\n'


def markdown(results, facts):
    blocks = ['; '.join(f'{key}: {value}' for key, value in facts.items())]
    for group in results.groups():
        rows = [header(group)] + [cells(group, row) for row in group.rows]
        rows.insert(1, ['---'] + ['---:'] * (len(rows[0]) - 1))
        lines = ['| ' + ' | '.join(row) + ' |' for row in rows]
        blocks.append(f'**`{group.name}`**: {_caption(group)}\n\n' + '\n'.join(lines))
    return '\n\n'.join(blocks + _remarks(results, '* ', '\n')) + '\n'


def _caption(group):
    better = 'more is better' if group.question.higher_is_better else 'less is better'
    return f'{group.question.title} ({group.question.unit}, {better})'


def _text_group(group):
    rows = [header(group)] + [cells(group, row) for row in group.rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]

    def line(row):
        return '  '.join([row[0].ljust(widths[0])] + [cell.rjust(w) for cell, w in zip(row[1:], widths[1:])]).rstrip()

    return f'{group.name}: {_caption(group)}\n' + '\n'.join('  ' + line(row) for row in rows)


def _remarks(results, bullet, gap):
    """Failures, missing contenders and notes, so that no absence goes unsaid."""
    blocks = []
    failed = [f'{bullet}{name}: {reason}' for name, reason in results.failures.items()]
    missing = [f'{bullet}{name}: {reason}' for name, reason in results.missing().items()]
    for title, lines in (('Failed', failed), ('Missing', missing), ('Notes', [bullet + n for n in results.notes])):
        if lines:
            indent = '' if bullet else '  '
            blocks.append(f'{title}:{gap}\n' + '\n'.join(indent + l for l in lines))
    return blocks
