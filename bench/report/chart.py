"""One group as a bar chart: inline SVG that takes any width without scaling its text."""

import math
from html import escape

from report import numbers

ROW = 44  # pixels per contender: its name and figure above, its bar below
BAR = 14
AXIS = 22
# A linear bar a hundredth as long as another cannot be read.
LINEAR_RANGE = 15


class Scale:
    """Maps values to percent of the width."""

    def __init__(self, rows):
        low = min(row.low for row in rows)
        high = max(row.high for row in rows)
        smallest = min(row.median for row in rows)
        self.logarithmic = max(row.median for row in rows) / smallest > LINEAR_RANGE
        if self.logarithmic:
            self.first = 10 ** math.floor(math.log10(low))
            self.last = 10 ** math.ceil(math.log10(high * 1.01))
        else:
            self.first = 0
            self.last = high * 1.02

    def percent(self, value):
        if not self.logarithmic:
            return 100 * value / self.last
        return 100 * math.log(max(value, self.first) / self.first) / math.log(self.last / self.first)

    def ticks(self):
        if self.logarithmic:
            decades = round(math.log10(self.last / self.first))
            return [self.first * 10**i for i in range(decades + 1)]
        step = _round_step(self.last / 4)
        return [step * i for i in range(int(self.last / step) + 1)]


def svg(group):
    scale = Scale(group.rows)
    height = ROW * len(group.rows) + AXIS
    parts = [f'<svg role="img" width="100%" height="{height}" aria-label="{escape(_summary(group))}">']
    parts += [_tick(scale.percent(t), f'{t:,g}', height) for t in scale.ticks()]
    for index, row in enumerate(group.rows):
        parts.append(_bar(row, index * ROW, scale, group))
    parts.append('</svg>')
    return '\n'.join(parts)


def _bar(row, top, scale, group):
    middle = top + 22 + BAR / 2
    low, high = scale.percent(row.low), scale.percent(row.high)
    kind = 'limit' if row.contender == group.baseline else 'ours' if row.contender.startswith('coir') else 'other'
    value = f'{numbers.figure(row.median)} {group.question.unit}, {numbers.ratio(row.ratio)}'
    return (f'<g class="{kind}"><title>{escape(row.contender)}: {escape(value)}, {numbers.spread(row)}</title>'
            f'<text x="0" y="{top + 16}">{escape(row.contender)}</text>'
            f'<text x="100%" y="{top + 16}" text-anchor="end">{escape(value)}</text>'
            f'<rect x="0" y="{top + 22}" width="{scale.percent(row.median):.2f}%" height="{BAR}" rx="2"/>'
            f'<line class="error" x1="{low:.2f}%" x2="{high:.2f}%" y1="{middle}" y2="{middle}"/>'
            + ''.join(f'<line class="error" x1="{x:.2f}%" x2="{x:.2f}%" y1="{middle - 4}" y2="{middle + 4}"/>'
                      for x in (low, high)) + '</g>')


def _tick(percent, label, height):
    # The outermost labels would be cut in half by the edge.
    anchor = 'start' if percent < 5 else 'end' if percent > 95 else 'middle'
    return (f'<line class="grid" x1="{percent:.2f}%" x2="{percent:.2f}%" y1="0" y2="{height - AXIS}"/>'
            f'<text class="axis" x="{percent:.2f}%" y="{height - 6}" text-anchor="{anchor}">{label}</text>')


def _summary(group):
    return f'{group.name}: ' + ', '.join(
        f'{row.contender} {numbers.figure(row.median)} {group.question.unit}' for row in group.rows)


def _round_step(rough):
    """The next 1, 2 or 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(rough))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
