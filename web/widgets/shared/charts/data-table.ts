import { html, type TemplateResult } from "lit";

/** A plot in numbers, for readers who cannot or do not want to see it. The first column names the rows. */
export interface DataTable {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Index of a row to mark, if any. */
  readonly current?: number | undefined;
  /** Whether a row too long for its place is broken into lines of three, not scrolled: for rows read one by one. */
  readonly folding?: boolean;
}

/** Scrolls inside its own box, which the keyboard can reach; the page never scrolls sideways. */
export function dataTable({ caption, columns, rows, current, folding = false }: DataTable): TemplateResult {
  return html`<div class=${folding ? "table folding" : "table"} role="region" tabindex="0" aria-label=${caption}>
    <table>
      <caption>
        <span>${caption}</span>
      </caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, ...cells], index) =>
            html`<tr aria-current=${index === current ? "true" : "false"}>
              <th scope="row">${name}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
