/**
 * What a reader needs to know about the machine, without anything that names it; and whether it had other work.
 */
import { availableParallelism, cpus, platform, totalmem } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { spreadOf } from "./ratios.mjs";

/** Cores busy with other work, at most, on a machine that counts as quiet. */
const QUIET_CORES = 0.2;
const WATCH_MILLISECONDS = 2000;

/** @param {string} browser  name and version @returns the description that goes into the results file */
export function describeMachine(browser) {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: platform(),
    browser,
  };
}

/** Milliseconds that all cores together have worked, since the machine started. */
function workDone() {
  const times = cpus().map((core) => core.times);
  return times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, 0);
}

/**
 * How many cores are at work while this process waits.
 *
 * @returns {Promise<number>} for example 0.03 on a quiet machine
 */
export async function busyCores() {
  const [before, begin] = [workDone(), performance.now()];
  await wait(WATCH_MILLISECONDS);
  return (workDone() - before) / (performance.now() - begin);
}

/**
 * Why the figures should be taken with care; empty when the machine was quiet.
 *
 * @param {number} busyBefore  `busyCores()` before the first measurement
 * @param {import("./types.js").Case[]} cases  with ratios
 * @returns {string[]}
 */
export function disturbances(busyBefore, cases) {
  const disturbed = cases.filter((entry) => entry.disturbed);
  return [
    ...(busyBefore > QUIET_CORES ? [`${busyBefore.toFixed(1)} cores were at work before the run`] : []),
    ...disturbed.map((entry) => {
      const { operation, label, ceilings } = entry;
      if (ceilings.length === 0) return `${operation} ${label}: the page died`;
      const worst = (100 * spreadOf(entry)).toFixed(0);
      return `${operation} ${label}: the middle half of the samples that it is held to is ${worst} % apart`;
    }),
  ];
}
