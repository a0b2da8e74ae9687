/**
 * The harness itself: that a page which misbehaves would be noticed. Every expected problem has to occur.
 */
import { expect, test } from "vitest";
import { accessibilityViolations } from "./lib/axe.js";
import { STRICT_POLICY, withPolicy } from "./lib/policy.js";
import { open } from "./lib/visit.js";

const page = (content: string): string =>
  `<!doctype html><html lang="en"><title>harness</title><link rel="icon" href="data:,"><main>${content}</main></html>`;

test("notices warnings, errors, violations, failures and requests to other hosts", async () => {
  const { page: opened } = await open({
    pages: {
      "/": { body: page("<h1>Trouble</h1>") },
      "/worker.js": { body: "console.error('from a worker')", type: "text/javascript" },
    },
    headers: withPolicy(STRICT_POLICY.replace("connect-src 'self'", "connect-src 'self' http://elsewhere.test")),
    expectedProblems: [
      /^console warning: a warning/,
      /^console error: from a worker/,
      /^console error: Applying inline style violates/,
      /^console error: Loading the image .* violates/,
      /^uncaught: Error: thrown/,
      /^request to another host: http:\/\/elsewhere\.test\//,
      /^request to another host: http:\/\/image\.test\//,
      /^request failed: http:\/\/elsewhere\.test\//,
      /^request failed: http:\/\/image\.test\//,
      /^status 404: .*missing\.js/,
      /^console error: Failed to load resource/,
    ],
  });
  await opened.evaluate(`
    console.warn("a warning");
    new Worker("/worker.js");
    document.querySelector("h1").setAttribute("style", "color: red");
    document.body.append(Object.assign(new Image(), { src: "http://image.test/x.png", alt: "" }));
    setTimeout(() => { throw new Error("thrown"); });
    Promise.all([fetch("http://elsewhere.test/").catch(() => {}), fetch("/missing.js")])
  `);
  await opened.waitForTimeout(200);
});

test("notices an image without a text", async () => {
  const { page: opened } = await open({
    pages: { "/": { body: page('<h1>Images</h1><img src="data:," id="bare">') } },
  });
  expect((await accessibilityViolations(opened)).join()).toContain("image-alt");
});

test("finds nothing in a decent page", async () => {
  const { page: opened } = await open({ pages: { "/": { body: page("<h1>Fine</h1>") } } });
  expect(await accessibilityViolations(opened)).toEqual([]);
});
