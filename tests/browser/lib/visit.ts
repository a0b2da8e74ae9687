/**
 * `open` opens a page on its own server in its own browser context and closes both when the test ends. The test fails if
 * any page of the visit logged a warning or an error, threw, was refused something by its policy, failed to load anything,
 * or asked another host for anything, unless the test said beforehand that it would.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, expect, onTestFinished } from "vitest";
import { launchChromium } from "./chromium.mjs";
import { startServer, type ServerOptions, type StaticServer } from "./server.mjs";

export interface OpenOptions extends ServerOptions {
  /** What to open, default "/". */
  path?: string;
  context?: BrowserContextOptions;
  /** Problems that this test provokes: each one must occur, and no other may. */
  expectedProblems?: readonly RegExp[];
  /** Prepares the page before it is opened. */
  before?: (page: Page) => Promise<unknown>;
}

export interface Visit {
  page: Page;
  context: BrowserContext;
  server: StaticServer;
  /** What went wrong on any page of this visit so far, one line each. */
  problems: readonly string[];
}

/** Addresses that involve no host. */
const LOCAL = /^(data|blob|about):/;

/** Collects what goes wrong in a context. Chromium reports violations of the policy and uncaught errors to the console too. */
function watch(context: BrowserContext, origin: string): string[] {
  const problems: string[] = [];
  context.on("console", (message) => {
    const type = message.type();
    if (type === "error" || type === "warning") problems.push(`console ${type}: ${message.text()}`);
  });
  context.on("weberror", (error) => problems.push(`uncaught: ${String(error.error())}`));
  context.on("request", (request) => {
    const url = request.url();
    if (!LOCAL.test(url) && new URL(url).origin !== origin) problems.push(`request to another host: ${url}`);
  });
  context.on("requestfailed", (request) => {
    // Leaving a page aborts what it was still loading.
    if (request.failure()?.errorText === "net::ERR_ABORTED") return;
    problems.push(`request failed: ${request.url()} ${request.failure()?.errorText ?? ""}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400) problems.push(`status ${response.status()}: ${response.url()}`);
  });
  return problems;
}

/** Compares what went wrong with what was meant to. */
function judge(problems: readonly string[], expected: readonly RegExp[]): void {
  expect(problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)))).toEqual([]);
  expect(expected.filter((pattern) => !problems.some((problem) => pattern.test(problem)))).toEqual([]);
}

let launched: Promise<Browser> | undefined;

afterAll(async () => {
  await (await launched)?.close();
});

/**
 * The Chromium of this test file. Files run beside one another, and a Chromium has one clipboard for all of its contexts:
 * what one file copied, another would paste.
 */
export function browserOfFile(): Promise<Browser> {
  launched ??= launchChromium();
  return launched;
}

/** Opens a page for the running test. */
export async function open(options: OpenOptions): Promise<Visit> {
  const { path = "/", context: contextOptions = {}, before, expectedProblems = [], ...serverOptions } = options;
  const browser = await browserOfFile();
  const server = await startServer(serverOptions);
  const context = await browser.newContext(contextOptions);
  const problems = watch(context, server.origin);
  onTestFinished(async () => {
    // A copy before closing: closing aborts whatever is still being loaded, which is nobody's fault.
    const judged = [...problems];
    await context.close();
    await server.close();
    judge(judged, expectedProblems);
  });
  const page = await context.newPage();
  await before?.(page);
  await page.goto(`${server.origin}${path}`);
  return { page, context, server, problems };
}
