/**
 * What a reader sees in an <attn-explorer>, as data.
 */
import type { Locator, Page } from "playwright-core";
import type { ScaleName } from "./model.js";

/** The widget's state, which is also its attributes. */
export interface State {
  text: "sentence" | "passage";
  layer: number;
  head: number;
  scale: ScaleName;
  causal: boolean;
  query: number;
  key: number;
  table: boolean;
}

export const stateOf = (widget: Locator): Promise<State> =>
  widget.evaluate((element) => (element as unknown as { state: State }).state);

/** Cells of the tables behind the pictures: the shown row, and the entropies of all rows. */
export async function tablesOf(widget: Locator): Promise<{ row: string[][]; entropies: string[][] }> {
  const tables = await widget
    .locator("table")
    .evaluateAll((list) =>
      list.map((table) =>
        [...table.querySelectorAll("tbody tr")].map((line) =>
          [...line.children].map((cell) => cell.textContent.trim()),
        ),
      ),
    );
  const [row = [], entropies = []] = tables;
  return { row, entropies };
}

/** Numbers are written with a true minus sign; shares may be in percent. */
export const numberIn = (text = ""): number =>
  Number(text.replace("−", "-").replace("%", "")) / (text.endsWith("%") ? 100 : 1);

/** Weights of the shown row as the table has them: five decimals. */
export const shownWeights = async (widget: Locator): Promise<number[]> =>
  (await tablesOf(widget)).row.map((cells) => numberIn(cells[3]));

/** Entropies of all rows under one scale as the table has them: three decimals. */
export async function shownEntropies(widget: Locator, scale: ScaleName): Promise<number[]> {
  const column = { none: 1, sqrt: 2, entropy: 3 }[scale];
  return (await tablesOf(widget)).entropies.map((cells) => numberIn(cells[column]));
}

/** How many different colors the map has: a blank one has few. */
export function colorsOfMap(widget: Locator): Promise<number> {
  return widget.locator("figure canvas").evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const context = copy.getContext("2d", { willReadFrequently: true });
    context?.drawImage(canvas, 0, 0);
    const { data } = context?.getImageData(0, 0, copy.width, copy.height) ?? { data: new Uint8ClampedArray() };
    return new Set(new Uint32Array(data.buffer)).size;
  });
}

/** Files a reader chooses. */
export async function chooseFiles(widget: Locator, files: { name: string; bytes: Uint8Array }[]): Promise<void> {
  await widget.locator("details").evaluate((details) => {
    (details as HTMLDetailsElement).open = true;
  });
  await widget
    .locator('input[type="file"]')
    .setInputFiles(files.map(({ name, bytes }) => ({ name, mimeType: "", buffer: Buffer.from(bytes) })));
}

/** What is on the clipboard; the context needs the permission to read it. */
export const clipboard = (page: Page): Promise<string> => page.evaluate("navigator.clipboard.readText()");
