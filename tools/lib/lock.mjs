// One build at a time: `npm start` in one terminal and `npm test` in another must not write the same files at once.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { buildFolder, fromRoot } from "./paths.mjs";
import { say } from "./report.mjs";

const lockFile = fromRoot("build", "lock");

/** Whether this very process holds the lock. */
let held = false;

/**
 * The process that holds the lock.
 * @returns {number | undefined} Undefined when nobody does, or whoever did has died.
 */
function holder() {
  try {
    const id = Number(readFileSync(lockFile, "utf8"));
    if (id === process.pid) return held ? id : undefined;
    process.kill(id, 0);
    return id;
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    const denied = error instanceof Error && "code" in error && error.code === "EPERM";
    return denied ? Number(readFileSync(lockFile, "utf8")) : undefined;
  }
}

/** @returns {boolean} Whether the lock could be had. */
function take() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: "wx" });
    held = true;
    return true;
  } catch {
    return false;
  }
}

/**
 * Does something while no other process builds.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function exclusively(work) {
  mkdirSync(buildFolder, { recursive: true });
  let told = false;
  while (!take()) {
    const other = holder();
    if (other === undefined) {
      rmSync(lockFile, { force: true });
      continue;
    }
    if (!told) say(`[attnlab] Waiting for another build (process ${other}) ...`);
    told = true;
    await pause(200);
  }
  try {
    return await work();
  } finally {
    held = false;
    rmSync(lockFile, { force: true });
  }
}
