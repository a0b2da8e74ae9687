// Incremental steps. A step ran with certain inputs and left certain outputs; a stamp in build/stamps remembers the hashes
// of both, and the step is skipped as long as neither has changed.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { filesBelow, hash, hashFiles } from "./files.mjs";
import { exclusively } from "./lock.mjs";
import { fromRoot } from "./paths.mjs";

/**
 * @typedef {object} Step
 * @property {string} name Names the stamp.
 * @property {() => string[]} inputs The input files, absolute.
 * @property {string} [also] Anything else the outputs depend on: a tool's version, a flag.
 * @property {string[]} outputs Files or folders that the step makes, absolute; may be empty.
 * @property {() => Promise<void>} run
 */

/** @param {string} name */
const stampFile = (name) => fromRoot("build", "stamps", `${name}.json`);

/** @param {string[]} outputs */
function hashOutputs(outputs) {
  return hashFiles(outputs.flatMap((output) => filesBelow(output, () => true, new Set())));
}

/** @param {Step} step */
function current(step) {
  return { inputs: hash(`${step.also ?? ""}\0${hashFiles(step.inputs())}`), outputs: hashOutputs(step.outputs) };
}

/**
 * Whether the step's stamp matches what is on disk now.
 * @param {Step} step
 * @returns {boolean}
 */
export function isUpToDate(step) {
  try {
    const stamp = JSON.parse(readFileSync(stampFile(step.name), "utf8"));
    const now = current(step);
    return stamp.inputs === now.inputs && stamp.outputs === now.outputs;
  } catch {
    return false;
  }
}

/**
 * Runs the step unless it is up to date. The stamp is removed first, so a step that fails runs again next time. Inputs are
 * hashed before the step, so that a file edited while it runs counts as changed. Steps of different processes take turns,
 * and one that another process has brought up to date meanwhile does not run.
 * @param {Step} step
 * @returns {Promise<boolean>} Whether the step ran.
 */
export async function bringUpToDate(step) {
  if (isUpToDate(step)) return false;
  return exclusively(async () => {
    if (isUpToDate(step)) return false;
    const { inputs } = current(step);
    rmSync(stampFile(step.name), { force: true });
    await step.run();
    mkdirSync(fromRoot("build", "stamps"), { recursive: true });
    writeFileSync(stampFile(step.name), JSON.stringify({ inputs, outputs: hashOutputs(step.outputs) }));
    return true;
  });
}
