"""The report as one HTML file: nothing is loaded, light and dark, narrow and wide."""

from html import escape

from report import chart, table

STYLE = """
:root { color-scheme: light dark; --back: #fdfdfb; --text: #1d1d1b; --faint: #6b6b66; --line: #dedcd5;
  --ours: #a0552b; --limit: #55606b; --other: #9fb4c4; }
@media (prefers-color-scheme: dark) { :root { --back: #191a1b; --text: #e8e6e1; --faint: #a09d96; --line: #3a3a39;
  --ours: #d98a55; --limit: #93a1ae; --other: #4f6577; } }
body { margin: 0 auto; padding: 1rem; max-width: 46rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 0; }
p, dl { margin: .3rem 0 .8rem; } .faint { color: var(--faint); }
dl { display: grid; grid-template-columns: auto 1fr; gap: 0 1rem; font-size: .9rem; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
svg { overflow: visible; font-size: 13px; } svg text { fill: var(--text); }
svg .axis { fill: var(--faint); font-size: 11px; } .grid { stroke: var(--line); }
.ours rect { fill: var(--ours); } .limit rect { fill: var(--limit); } .other rect { fill: var(--other); }
.ours text { font-weight: 600; } .error { stroke: var(--text); stroke-width: 1.5; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; white-space: nowrap; }
th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
"""


def render(results, facts):
    groups = results.groups()
    body = [
        '<h1>coir: comparison</h1>',
        '<p>Medians; the line across a bar runs from the lowest to the highest sample. '
        '<code>raw</code> is the cheapest code that could be written by hand for that one question.</p>',
        _facts(facts),
    ]
    body.append(_remarks('Notes', [escape(note) for note in results.notes]))
    body += [_section(group) for group in groups]
    for title, reasons in (('Failed', results.failures), ('Missing', results.missing())):
        items = [f'<code>{escape(name)}</code>: {escape(reason)}' for name, reason in reasons.items()]
        body.append(_remarks(title, items))
    return ('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<title>coir: comparison</title>\n<style>{STYLE}</style>\n</head>\n<body>\n'
            + '\n'.join(part for part in body if part) + '\n</body>\n</html>\n')


def _facts(facts):
    lines = ''.join(f'<dt>{escape(key)}</dt><dd>{escape(value)}</dd>' for key, value in facts.items())
    return f'<dl>{lines}</dl>'


def _section(group):
    question = group.question
    better = 'more is better' if question.higher_is_better else 'less is better'
    scale = ', logarithmic scale' if chart.Scale(group.rows).logarithmic else ''
    return (f'<section>\n<h2>{escape(group.name)}</h2>\n<p>{escape(question.title)} '
            f'<span class="faint">({escape(question.unit)}, {better}{scale})</span></p>\n'
            f'{chart.svg(group)}\n{_table(group)}\n</section>')


def _table(group):
    head = ''.join(f'<th>{escape(cell)}</th>' for cell in table.header(group))
    rows = ''.join('<tr>' + ''.join(f'<td>{escape(cell)}</td>' for cell in table.cells(group, row)) + '</tr>'
                   for row in group.rows)
    # Columns beside the metric are shown nowhere else.
    state = ' open' if group.question.columns else ''
    return (f'<details{state}><summary>table</summary><div class="scroll"><table><thead><tr>{head}</tr></thead>'
            f'<tbody>{rows}</tbody></table></div></details>')


def _remarks(title, items):
    if not items:
        return ''
    return f'<h2>{title}</h2>\n<ul>' + ''.join(f'<li>{item}</li>' for item in items) + '</ul>'
