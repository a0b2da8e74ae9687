/**
 * A reader's own queries, keys and values in <attn-explorer>: npy and safetensors, several shapes, and files that cannot
 * be used, each with a sentence that says why and without losing what was shown.
 */
import type { Locator } from "playwright-core";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeNpy, writeSafetensors } from "attnlab/io";
import { describe, expect, test } from "vitest";
import { accessibilityViolations } from "../lib/axe.js";
import { eventually } from "../lib/eventually.js";
import { chooseFiles, shownWeights, stateOf, tablesOf, type State } from "../lib/explorer.js";
import { weightsBetween } from "../lib/model.js";
import { drawn, figure, post } from "../lib/post.js";
import { largestDifference, rowsOf, type Rows } from "../lib/reference.js";
import { open } from "../lib/visit.js";

const BROKEN = join(import.meta.dirname, "..", "..", "fixtures", "io");
const D = 6;
const WEIGHT_TOLERANCE = 0.6e-5;

/** Irregular numbers; another phase, other numbers. */
const numbers = (shape: number[], phase: number): { data: Float32Array; shape: number[] } => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 2 * Math.sin(1.3 * i * i + phase)),
  shape,
});

const headOf = ({ data }: { data: Float32Array }, head: number, n: number): Rows =>
  rowsOf(data, D).slice((head - 1) * n, head * n);

/** Shows what was chosen, from its first head and query on; then turns to others. */
async function show(widget: Locator, turnTo: Partial<State> = {}): Promise<void> {
  await widget.getByRole("button", { name: "Show it" }).click();
  expect(await stateOf(widget)).toMatchObject({ head: 1, query: 1 });
  await widget.evaluate((element, state) => {
    Object.assign(element, { state });
  }, turnTo);
}

async function expectRow(widget: Locator, row: readonly number[] | undefined): Promise<void> {
  await eventually(async () =>
    expect(largestDifference(await shownWeights(widget), row ?? [])).toBeLessThan(WEIGHT_TOLERANCE),
  );
}

describe("good files", () => {
  test("Q and K as npy, of one head", async () => {
    const { page } = await open(post({ figure: figure("table") }));
    const widget = await drawn(page);
    const [q, k] = [numbers([9, D], 1), numbers([9, D], 2)];
    await chooseFiles(widget, [
      { name: "my_q.npy", bytes: writeNpy(q) },
      { name: "my_k.npy", bytes: writeNpy(k) },
    ]);
    await show(widget, { query: 2 });
    await expectRow(widget, weightsBetween(rowsOf(q.data, D), rowsOf(k.data, D), "sqrt")[1]);
    expect(await accessibilityViolations(page)).toEqual([]);

    await widget.getByRole("button", { name: "Back to the text" }).click();
    await eventually(async () => expect((await tablesOf(widget)).row.length).toBe(31));
  });

  test("safetensors with heads, other numbers of queries and keys, and a choice of tensors", async () => {
    const { page } = await open(post({ figure: figure('table scale="entropy" causal') }));
    const widget = await drawn(page);
    const tensors = {
      "first.q": numbers([1, 2, 4, D], 3),
      "first.k": numbers([1, 2, 7, D], 4),
      "second.k": numbers([1, 2, 7, D], 5),
      "first.v": numbers([1, 2, 7, 3], 6),
    };
    await chooseFiles(widget, [{ name: "model.safetensors", bytes: writeSafetensors(tensors) }]);
    const expected = (k: { data: Float32Array }, head: number): number[] | undefined =>
      weightsBetween(headOf(tensors["first.q"], head, 4), headOf(k, head, 7), "entropy", true)[0];
    await show(widget);
    await expectRow(widget, expected(tensors["first.k"], 1));

    const keys = widget.locator(".pickers label", { hasText: "Keys" }).locator("select");
    await keys.selectOption({ label: "second.k [1, 2, 7, 6]" });
    await show(widget, { head: 2 });
    await expectRow(widget, expected(tensors["second.k"], 2));
  });

  test("dropped on the panel", async () => {
    const { page } = await open(post({ figure: figure("table") }));
    const widget = await drawn(page);
    const x = numbers([5, D], 7);
    const bytes = Array.from(writeSafetensors({ q: x, k: x }));
    await widget.locator("summary").click();
    await widget.locator(".drop").evaluate((panel, content) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([Uint8Array.from(content)], "dropped.safetensors"));
      panel.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, bytes);
    await widget.locator(".pickers").waitFor();
    await show(widget, { query: 3 });
    await expectRow(widget, weightsBetween(rowsOf(x.data, D), rowsOf(x.data, D), "sqrt")[2]);
  });

  test("pasted after a click on the panel", async () => {
    const { page } = await open(post({ figure: figure("table") }));
    const widget = await drawn(page);
    const x = numbers([5, D], 3);
    const bytes = Array.from(writeNpy(x));
    await widget.locator("summary").click();
    await widget.locator(".drop p").first().click();
    // A browser pastes where the focus is.
    await page.evaluate((content) => {
      let target = document.activeElement ?? document.body;
      while (target.shadowRoot?.activeElement) target = target.shadowRoot.activeElement;
      const clipboardData = new DataTransfer();
      for (const name of ["q", "k"]) clipboardData.items.add(new File([Uint8Array.from(content)], `${name}.npy`));
      target.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, composed: true }));
    }, bytes);
    await widget.locator(".pickers").waitFor();
    await show(widget, { query: 4 });
    await expectRow(widget, weightsBetween(rowsOf(x.data, D), rowsOf(x.data, D), "sqrt")[3]);
  });

  test("a thousand tokens, computed beside the page", async () => {
    const { page } = await open(post());
    const widget = await drawn(page);
    const [q, k] = [numbers([1200, D], 8), numbers([1200, D], 9)];
    await chooseFiles(widget, [{ name: "long.safetensors", bytes: writeSafetensors({ q, k }) }]);
    await show(widget, { query: 1000 });
    await widget.locator("figure .note", { hasText: /mean of up to 3 × 3/ }).waitFor();
    const row = weightsBetween(rowsOf(q.data, D).slice(999, 1000), rowsOf(k.data, D), "sqrt")[0] ?? [];
    const best = row.indexOf(Math.max(...row)) + 1;
    await widget.locator(".caption", { hasText: `Query 1000 looks most at key ${best}` }).waitFor();
    expect((await stateOf(widget)).query).toBe(1000);
  });
});

describe("files that cannot be used", () => {
  const broken = (name: string): { name: string; bytes: Uint8Array } => ({
    name,
    bytes: readFileSync(join(BROKEN, name)),
  });
  const cases: [what: string, files: { name: string; bytes: Uint8Array }[], says: RegExp][] = [
    ["no npy at all", [broken("bad_magic.npy")], /bad_magic\.npy could not be read/],
    ["an npy cut short", [broken("bad_data_cut.npy")], /bad_data_cut\.npy could not be read/],
    ["an empty safetensors", [broken("bad_empty.safetensors")], /bad_empty\.safetensors could not be read/],
    ["a safetensors with a broken header", [broken("bad_json.safetensors")], /bad_json\.safetensors could not be read/],
    ["offsets beyond the file", [broken("bad_offsets_outside.safetensors")], /could not be read/],
    ["another kind of file", [{ name: "notes.txt", bytes: new Uint8Array(3) }], /notes\.txt is neither/],
    ["a vector", [{ name: "q.npy", bytes: writeNpy(numbers([5], 1)) }], /no tensor of two to four axes/],
  ];
  for (const [what, files, says] of cases) {
    test(what, async () => {
      const { page } = await open(post({ figure: figure("table") }));
      const widget = await drawn(page);
      const before = await tablesOf(widget);
      await chooseFiles(widget, files);
      await widget.getByRole("alert").filter({ hasText: says }).waitFor();
      expect(await tablesOf(widget)).toEqual(before);
    });
  }

  const pairs: [what: string, tensors: Record<string, { data: Float32Array; shape: number[] }>, says: RegExp][] = [
    ["head sizes that differ", { q: numbers([4, D], 1), k: numbers([4, 5], 2) }, /share the head size/],
    ["heads that do not divide", { q: numbers([3, 4, D], 1), k: numbers([2, 4, D], 2) }, /divide/],
    [
      "no keys",
      { q: numbers([4, D], 1), other: numbers([4, D], 2), third: numbers([4, D], 3), x: numbers([4, D], 4) },
      /name a tensor/,
    ],
  ];
  for (const [what, tensors, says] of pairs) {
    test(what, async () => {
      const { page } = await open(post({ figure: figure("table") }));
      const widget = await drawn(page);
      const before = await tablesOf(widget);
      await chooseFiles(widget, [{ name: "pair.safetensors", bytes: writeSafetensors(tensors) }]);
      await widget.getByRole("button", { name: "Show it" }).click();
      await widget.getByRole("alert").filter({ hasText: says }).waitFor();
      expect(await tablesOf(widget)).toEqual(before);
    });
  }

  test("numbers that are not finite get a picture, not a blank or an error", async () => {
    const { page } = await open(post({ figure: figure("table") }));
    const widget = await drawn(page);
    const [q, k] = [numbers([4, D], 1), numbers([4, D], 2)];
    q.data[0] = NaN;
    k.data[D] = Infinity;
    await chooseFiles(widget, [{ name: "odd.safetensors", bytes: writeSafetensors({ q, k }) }]);
    await show(widget);
    await eventually(async () => expect((await tablesOf(widget)).row.length).toBe(4));
    expect((await tablesOf(widget)).row.flat().join()).toContain("NaN");
  });
});
