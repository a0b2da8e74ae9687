/** Text in columns, for a terminal. */

/**
 * @param {string[]} heading  the first column is aligned to the left, the others to the right
 * @param {string[][]} body
 */
export function table(heading, body) {
  const widths = heading.map((_, column) => Math.max(...[heading, ...body].map((row) => row[column]?.length ?? 0)));
  /** @param {string[]} row */
  const line = (row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? "";
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  return [line(heading), widths.map((width) => "-".repeat(width)).join("  "), ...body.map(line)].join("\n");
}
