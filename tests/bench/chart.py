# SPDX-License-Identifier: BSL-1.0
"""Draws figures of several series as dots on a logarithmic scale: one line for each row."""
from html import escape
from math import ceil, floor, log10

# Told apart by those who see few colours, too; after Okabe and Ito.
COLOURS = '#000000', '#999999', '#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'
LINE, LEFT, WIDTH, TOP = 24, 250, 640, 84


def text(x, y, words, anchor='start', more=''):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def dot(x, y, series, number, title):
    """The first of the series, which the chart is about, is larger."""
    return (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{7 if number == 0 else 5}" fill="{COLOURS[number]}">'
            f'<title>{escape(series)}: {escape(title)}</title></circle>')


def draw(title, unit, series, rows):
    """SVG. `rows`: [(its name, {series: number})]."""
    numbers = [number for _, values in rows for number in values.values() if number > 0]
    least, most = floor(log10(min(numbers))), ceil(log10(max(numbers)))
    bottom = TOP + LINE * len(rows)

    def place(number):
        return LEFT + WIDTH * (log10(number) - least) / (most - least)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 40}" height="{bottom + 44}" '
             'font-family="sans-serif" font-size="13">',
             '<rect width="100%" height="100%" fill="#ffffff"/>', text(16, 24, title, more=' font-size="16"')]
    for number, name in enumerate(series):
        x = 22 + number * 105
        parts += [dot(x, 48, name, number, name), text(x + 12, 53, name)]
    for decade in range(least, most + 1):
        x = place(10 ** decade)
        parts += [f'<line x1="{x:.0f}" y1="{TOP - 8}" x2="{x:.0f}" y2="{bottom}" stroke="#dddddd"/>',
                  text(x, bottom + 18, f'{10 ** decade:,}'.replace(',', ' '), 'middle')]
    parts.append(text(LEFT + WIDTH, bottom + 36, f'{unit}, logarithmic: left is better', 'end'))
    for line, (name, values) in enumerate(rows):
        y = TOP + LINE * line + LINE / 2
        parts += [f'<line x1="{LEFT}" y1="{y:.0f}" x2="{LEFT + WIDTH}" y2="{y:.0f}" stroke="#eeeeee"/>',
                  text(LEFT - 12, y + 4, name, 'end')]
        # The larger one below the others, so that it hides none.
        parts += [dot(place(values[each]), y, each, number, f'{values[each]:,.0f} {unit}')
                  for number, each in enumerate(series) if values.get(each, 0) > 0]
    return '\n'.join([*parts, '</svg>\n'])
