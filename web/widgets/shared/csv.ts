type Cell = string | number;

/** RFC 4180: CRLF, quotes doubled. Numbers are written with a dot in every language, so that every program reads them. */
export function csv(rows: Iterable<readonly Cell[]>): string {
  return Array.from(rows, (row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: Cell): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A float32 value in as few digits as bring the same float32 back. */
export function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === Math.fround(value)) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}
