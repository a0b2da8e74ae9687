// Counting what a suite checked, and writing down what went wrong.

import { appendFileSync } from "node:fs";
import { tail } from "./command.mjs";

/** The counts of one suite. Its checks write their failures into the suite's log. */
export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;

  /** @param {string} log The suite's log file; it exists. */
  constructor(log) {
    this.log = log;
  }

  /**
   * Writes a line into the log.
   * @param {string} line
   */
  note(line) {
    appendFileSync(this.log, `${line}\n`);
  }

  /**
   * Counts one check.
   * @param {string} name What holds if it passes.
   * @param {boolean} ok
   * @param {string} [detail] Written down with the name, whether it passed or not.
   */
  check(name, ok, detail = "") {
    if (ok) this.passed += 1;
    else this.failed += 1;
    this.note(`${ok ? "passed" : "FAILED"}: ${name}${detail === "" ? "" : ` (${detail})`}`);
  }

  /**
   * Counts one check that is made of all the places where a rule is broken.
   * @param {string} name
   * @param {string[]} offenses One line each; none means that the check passes.
   */
  none(name, offenses) {
    offenses.forEach((offense) => this.note(`  ${offense}`));
    this.check(name, offenses.length === 0);
  }

  /**
   * Makes sure that something ran: a suite without tests has failed.
   * @param {boolean} [endedWell] False when the suite's program failed, whatever it counted.
   */
  close(endedWell = true) {
    if (this.passed + this.failed === 0) this.check("the suite runs at least one test", false);
    else if (!endedWell && this.failed === 0) this.check("the suite's program ends without an error", false);
  }

  /** @returns {string} The end of the log. */
  tail() {
    return tail(this.log, 60);
  }
}
