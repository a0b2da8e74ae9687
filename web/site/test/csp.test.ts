import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { inlineScripts, policyFor, withPolicy } from "../.vitepress/csp.mjs";

const page = `<!DOCTYPE html><html><head>
  <meta charset="utf-8">
  <script type="module" src="/app.js"></script>
  <script id="a">first()</script>
  <script type="application/ld+json">{"@type":"Article"}</script>
</head><body><script type="module">second()</script></body></html>`;

describe("policyFor", () => {
  it("takes inline scripts, not files and not data", () => {
    expect(inlineScripts(page)).toEqual(["first()", "second()"]);
  });

  it("allows the page's own inline scripts by hash, and no other", () => {
    const hash = createHash("sha256").update("first()").digest("base64");
    expect(policyFor(page)).toContain(`'sha256-${hash}'`);
    expect(policyFor(page).match(/'sha256-/g)).toHaveLength(2);
    expect(policyFor(page)).not.toMatch(/script-src[^;]*'unsafe-/);
  });

  it("names no host", () => {
    expect(policyFor(page)).not.toMatch(/https?:|\*/);
    expect(policyFor(page)).toMatch(/^default-src 'none'; /);
  });
});

describe("withPolicy", () => {
  it("puts the policy before anything that it governs", () => {
    const html = withPolicy(page);
    expect(html.indexOf("Content-Security-Policy")).toBeLessThan(html.indexOf("<script"));
    expect(html).toContain(`content="${policyFor(page)}"`);
    expect(policyFor(html)).toBe(policyFor(page));
  });
});
