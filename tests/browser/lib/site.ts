/**
 * Opening pages of the built site, each under its own policy.
 */
import { join } from "node:path";
import { policyFor } from "../../../web/site/.vitepress/csp.mjs";
import { withPolicy } from "./policy.js";
import type { OpenOptions } from "./visit.js";

export const SITE = join(import.meta.dirname, "..", "..", "..", "web", "site", ".vitepress", "dist");
const DESKTOP = { width: 1280, height: 900 };

/** What to open a page of the site with, at the size of a desktop if nothing else is said. */
export const setting = (path: string, more: Partial<OpenOptions> = {}): OpenOptions => ({
  folders: { "/": SITE },
  pageHeaders: (html) => withPolicy(policyFor(html)),
  path,
  ...more,
  context: { viewport: DESKTOP, locale: "en-US", reducedMotion: "reduce", ...more.context },
});
