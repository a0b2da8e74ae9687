/** The server of `npm start`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serve } from "../../tools/lib/serve.mjs";

const folder = mkdtempSync(join(tmpdir(), "attnlab-serve-"));
const site = join(folder, "site");
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  mkdirSync(join(site, "zh"), { recursive: true });
  const files = {
    "index.html": "home",
    "zh/index.html": "主页",
    "page.html": "page",
    "k.wasm": "",
    "404.html": "lost",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(site, name), text);
  writeFileSync(join(folder, "secret"), "secret");
  server = await serve(site, { host: "127.0.0.1", port: 0, base: "/base/" });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe("answers", () => {
  test.each([
    ["", 200, "text/html; charset=utf-8", "home"],
    ["?query", 200, "text/html; charset=utf-8", "home"],
    ["zh/", 200, "text/html; charset=utf-8", "主页"],
    ["zh", 200, "text/html; charset=utf-8", "主页"],
    ["page", 200, "text/html; charset=utf-8", "page"],
    ["page.html", 200, "text/html; charset=utf-8", "page"],
    ["k.wasm", 200, "application/wasm", ""],
    ["nothing", 404, "text/html; charset=utf-8", "lost"],
    ["..%2f..%2fsecret", 404, "text/html; charset=utf-8", "lost"],
    ["..%2fsecret", 404, "text/html; charset=utf-8", "lost"],
    ["%zz", 404, "text/html; charset=utf-8", "lost"],
  ])("%j with %i, %s", async (path, status, type, body) => {
    const response = await fetch(server.address + path);
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      status,
      type,
      body,
    ]);
  });

  test("nothing but reading", async () => {
    expect((await fetch(server.address, { method: "POST" })).status).toBe(405);
  });

  test("that a file is unchanged", async () => {
    const tag = (await fetch(server.address)).headers.get("etag") ?? "";
    expect((await fetch(server.address, { headers: { "If-None-Match": tag } })).status).toBe(304);
  });

  test("packed, to those who take it that way", async () => {
    const asks = async (coding: string) => {
      const response = await fetch(`${server.address}page`, { headers: { "Accept-Encoding": coding } });
      return [response.headers.get("content-encoding"), response.headers.get("etag"), await response.text()];
    };
    const [packed, plain] = [await asks("gzip"), await asks("identity")];
    expect([packed[0], packed[2]]).toEqual(["gzip", "page"]);
    expect([plain[0], plain[2]]).toEqual([null, "page"]);
    expect(packed[1]).not.toBe(plain[1]);
  });

  test("addresses outside of its base by leading there", async () => {
    const response = await fetch(new URL("/", server.address), { redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([302, "/base/"]);
  });
});

test("a port that is taken is refused when it was asked for", async () => {
  const port = Number(new URL(server.address).port);
  await expect(serve(site, { host: "127.0.0.1", port })).rejects.toThrow(`Port ${port} is taken.`);
});
