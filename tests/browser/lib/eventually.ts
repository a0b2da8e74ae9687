import { vi } from "vitest";

/** Waits until a check passes. Vitest's own second is short where other files are at work on the same machine. */
export const eventually = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 10_000 });
