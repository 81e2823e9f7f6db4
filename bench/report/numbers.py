"""How figures are written."""


def figure(value):
    """Three significant digits, thousands set apart."""
    if value >= 1000:
        digits = len(str(int(value)))
        return f'{round(value, 3 - digits):,.0f}'
    if value >= 100:
        return f'{value:.0f}'
    if value >= 10:
        return f'{value:.1f}'
    return f'{value:.2f}' if value >= 1 else f'{value:.3g}'


def ratio(value):
    return '-' if value is None else f'{figure(value)}x'


def spread(row):
    """How far the lowest and the highest sample lie from the median."""
    below = round(100 * (row.median - row.low) / row.median)
    above = round(100 * (row.high - row.median) / row.median)
    return f'-{below} +{above} %'
