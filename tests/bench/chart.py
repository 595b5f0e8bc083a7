# SPDX-License-Identifier: BSL-1.0
"""Draws figures of several series as dots on a logarithmic scale, one line for each row."""
from html import escape
from math import ceil, floor, log10

LINE, LEFT, WIDTH, TOP = 24, 250, 640, 84  # pixels
LEGEND = 105
FRAME = '''\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"
     font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#ffffff"/>
{content}
</svg>
'''


def text(x, y, words, anchor='start', size=13):
    return (f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-size="{size}">'
            f'{escape(words)}</text>')


def line(x1, y1, x2, y2):
    return f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" stroke="#dddddd"/>'


def dot(x, y, radius, colour, title):
    return (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}">'
            f'<title>{escape(title)}</title></circle>')


def draw(title, unit, series, rows):
    """SVG. `series`: {name: colour}; the first is what the chart is about. `rows`: [(name, {series:
    number, 0 or not there if it has none})]."""
    first = next(iter(series))
    radius = {name: 7 if name == first else 5 for name in series}
    numbers = [number for _, values in rows for number in values.values() if number > 0]
    least, most = floor(log10(min(numbers))), ceil(log10(max(numbers)))
    bottom = TOP + LINE * len(rows)

    def place(number):
        return LEFT + WIDTH * (log10(number) - least) / (most - least)

    parts = [text(16, 24, title, size=16)]
    for x, (name, colour) in zip(range(22, 22 + LEGEND * len(series), LEGEND), series.items()):
        parts += [dot(x, 48, radius[name], colour, name), text(x + 12, 53, name)]
    for decade in range(least, most + 1):
        x = place(10 ** decade)
        parts += [line(x, TOP - 8, x, bottom), text(x, bottom + 18, f'{10 ** decade:,}', 'middle')]
    parts.append(text(LEFT + WIDTH, bottom + 36, f'{unit}, logarithmic: left is better', 'end'))
    for y, (row, values) in zip(range(TOP + LINE // 2, bottom, LINE), rows):
        parts += [line(LEFT, y, LEFT + WIDTH, y), text(LEFT - 12, y + 4, row, 'end')]
        parts += [dot(place(values[name]), y, radius[name], colour,
                      f'{name}: {values[name]:,.0f} {unit}')
                  for name, colour in series.items() if values.get(name)]
    return FRAME.format(width=LEFT + WIDTH + 40, height=bottom + 44, content='\n'.join(parts))
