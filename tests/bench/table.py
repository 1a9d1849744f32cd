"""Tables as Markdown, aligned, so that they can be read here and pasted into docs/."""


def show(heads, rows):
    cells = [heads] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(heads))]

    def line(row):
        return "| " + " | ".join(cell.rjust(width) for cell, width in zip(row, widths)) + " |"

    rule = "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|"
    return "\n".join([line(cells[0]), rule] + [line(row) for row in cells[1:]])


def number(value, unit=1.0):
    """Three digits that count, or "–" for what was not measured."""
    if value is None:
        return "–"
    value /= unit
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def show_goals(goals):
    """Prints (what, measured, wanted, reached) for each, and returns the exit code."""
    print("\n" + show(["goal", "measured", "wanted", "reached"],
                      [[*goal[:3], "yes" if goal[3] else "NO"] for goal in goals]))
    return 0 if all(goal[3] for goal in goals) else 1
