/**
 * Vitest waits a minute at most for word from a test file. Tests that never wait for anything leave no gap in which it
 * could be given: a file of them that took a minute failed as a whole.
 */
import { setImmediate } from "node:timers/promises";
import { afterEach } from "vitest";

afterEach(() => setImmediate());
