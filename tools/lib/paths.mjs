// Where things are in the repository. Every path that more than one tool needs is named here.

import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder, absolute. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * Makes an absolute path from parts below the root.
 * @param {...string} parts
 * @returns {string}
 */
export const fromRoot = (...parts) => join(root, ...parts);

/** Everything that is built but not published. */
export const buildFolder = fromRoot("build");

/** What is published: the bundles of the package and of the widgets. */
export const distFolder = fromRoot("dist");

/** The private copy of Emscripten, where the machine has none of its own. */
export const toolchainFolder = fromRoot(".toolchain");

/** The site as VitePress writes it. */
export const siteFolder = fromRoot("web", "site", ".vitepress", "dist");
