/**
 * The content security policy of the site, computed from what a page really contains.
 *
 * VitePress writes two short inline scripts into every page (they set the dark class and the "mac" class before the first
 * paint). Rather than allow every inline script, the policy lists the SHA-256 hash of each one, so a page stays within the
 * same policy as the widgets' own strict test page, with `style-src 'unsafe-inline'` added for the `style` attributes of
 * highlighted code.
 *
 * The build puts the policy into each page as a `<meta>` element (see `withPolicy`), so it holds on any static host; a
 * server that can set headers sends `policyFor(html)` as well.
 */
import { createHash } from "node:crypto";

/** An inline script: no `src`, and not a data block such as JSON-LD. */
const INLINE_SCRIPT = /<script\b((?:(?!\bsrc=)[^>])*)>([\s\S]*?)<\/script>/gi;
const DATA_BLOCK = /\btype=["']?(?!module\b|text\/javascript\b)[\w.+-]+\/[\w.+-]+/i;

/**
 * The source of every inline script of a page, byte for byte as the browser hashes it.
 * @param {string} html a complete page
 * @returns {string[]}
 */
export function inlineScripts(html) {
  return [...html.matchAll(INLINE_SCRIPT)]
    .filter(([, attributes = ""]) => !DATA_BLOCK.test(attributes))
    .map(([, , source = ""]) => source);
}

/**
 * The policy under which a page of the site works, as the value of a `Content-Security-Policy` header.
 * @param {string} html a complete page
 * @returns {string}
 * @example response.setHeader("Content-Security-Policy", policyFor(html));
 */
export function policyFor(html) {
  const hashes = inlineScripts(html).map(
    (source) => `'sha256-${createHash("sha256").update(source).digest("base64")}'`,
  );
  return [
    "default-src 'none'",
    ["script-src 'self' 'wasm-unsafe-eval'", ...new Set(hashes)].join(" "),
    "style-src 'self' 'unsafe-inline'",
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "font-src 'self'",
  ].join("; ");
}

/**
 * The page with its policy as the first thing after the character set, so that it governs everything that follows.
 * @param {string} html a complete page
 * @returns {string}
 */
export function withPolicy(html) {
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policyFor(html)}">`;
  return html.replace(/<meta charset="utf-8">/i, (charset) => `${charset}\n    ${meta}`);
}
