"""Bars as an SVG drawing."""

from xml.sax.saxutils import escape


def bars(values, base, title, below):
    """A bar for each (name, seconds); beside each its share of the base, if there is one. The same values, the same file."""
    left, width, row = 110, 520, 28
    top = max(v for _, v in values) or 1
    height = 66 + row * len(values)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 130} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{left + width + 130}" height="{height}" fill="white"/>',
        f'<text x="{left}" y="22" font-size="14">{escape(title)}</text>',
    ]
    for number, (name, value) in enumerate(values):
        y = 40 + row * number
        length = width * value / top
        share = f" ({value / base:.2f} of none)" if base and name != "none" else ""
        lines += [
            f'<text x="{left - 10}" y="{y + 14}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{row - 8}" fill="{"#bdbdbd" if name == "none" else "#9ecae1"}"/>',
            f'<text x="{left + 6}" y="{y + 14}">{value:.1f}{share}</text>',
        ]
    lines.append(f'<text x="{left}" y="{height - 10}" fill="gray">{escape(below)}</text>')
    return "\n".join(lines + ["</svg>", ""])
