import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { load, type Lab, type LoadOptions, type Variant } from "attnlab";
import { load as loadExternal } from "attnlab/external";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { expectRejection } from "./support/errors.js";
import { variants } from "./support/labs.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const dist = new URL("../../dist/", import.meta.url);
const urlOf = (variant: Variant): URL => new URL(`kernels.${variant}.wasm`, dist);
const bytesOf = (variant: Variant): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(urlOf(variant)));
const operation = "load";

/** Every occurrence of a three-byte instruction replaced by another one. */
function replaceInstruction(
  bytes: Uint8Array,
  from: readonly number[],
  to: readonly number[],
): Uint8Array<ArrayBuffer> {
  const result = bytes.slice();
  for (let i = 0; i + from.length <= result.length; i++) {
    if (from.every((byte, j) => result[i + j] === byte)) result.set(to, i);
  }
  return result;
}

/** A valid binary that computes wrongly: its f32x4.mul is f32x4.add. */
const spoiled = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  replaceInstruction(bytes, [0xfd, 0xe6, 0x01], [0xfd, 0xe4, 0x01]);

const sum = (lab: Lab): number => lab.matmul(lab.tensor([[1, 2]]), lab.tensor([[3], [4]])).data[0] ?? NaN;

describe("load", () => {
  test("gives the variant that is asked for", async () => {
    for (const variant of variants) {
      const lab = await load({ variant });
      expect(lab.variant).toBe(variant);
      expect(sum(lab)).toBe(11);
    }
  });

  test("chooses the relaxed build where the engine has it", async () => {
    expect((await load()).variant).toBe("relaxed");
    expect((await load({ variant: "auto" })).variant).toBe("relaxed");
  });

  test("gives one instance per variant, also to calls that overlap", async () => {
    const [a, b, c] = await Promise.all([load(), load({}), load({ variant: "auto" })]);
    expect(a).toBe(b);
    expect(a).toBe(c);
    expect(await load(undefined)).toBe(a);
    const [d, e] = await Promise.all([load({ variant: "simd" }), load({ variant: "simd" })]);
    expect(d).toBe(e);
    expect(d).not.toBe(a);
  });

  test("tells version and variant; a lab cannot be changed", async () => {
    const lab = await load();
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as Lab;
    expect(lab.version).toBe(version);
    expect(lab.version).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
    expect(Object.isFrozen(lab)).toBe(true);
  });

  test("tells the compiled build, which makes another lab", async () => {
    for (const variant of variants) {
      const { wasmModule } = await load({ variant });
      const lab = await loadExternal({ wasmModule });
      expect([lab.variant, lab.wasmModule, sum(lab)]).toEqual([variant, wasmModule, 11]);
    }
  });

  test("its operations do not depend on this", async () => {
    const { softmax, tensor } = await load();
    expect(softmax(tensor([0, 0])).data).toEqual(new Float32Array([0.5, 0.5]));
  });

  const refused: [name: string, options: unknown, code: "TYPE" | "VALUE", argument: string][] = [
    ["null", null, "TYPE", "options"],
    ["a string", "relaxed", "TYPE", "options"],
    ["an array", [], "TYPE", "options"],
    ["an unknown key", { variants: "simd" }, "VALUE", "variants"],
    ["an unknown variant", { variant: "fast" }, "VALUE", "variant"],
    ["a variant that is no string", { variant: 1 }, "TYPE", "variant"],
    ["null as variant", { variant: null }, "TYPE", "variant"],
    ["an address that is none", { wasmUrl: 5 }, "TYPE", "wasmUrl"],
    ["null as address", { wasmUrl: null }, "TYPE", "wasmUrl"],
    ["bytes that are none", { wasmBinary: "AGFzbQ" }, "TYPE", "wasmBinary"],
    ["a module that is none", { wasmModule: {} }, "TYPE", "wasmModule"],
    ["two sources", { wasmUrl: "x", wasmBinary: new Uint8Array(4) }, "VALUE", "wasmBinary"],
  ];
  test.each(refused)("refuses %s", async (_, options, code, argument) => {
    await expectRejection(load(options as LoadOptions), { code, operation, argument });
    await expectRejection(loadExternal(options as LoadOptions), { code, operation, argument });
  });
});

describe.each(variants)("explicit sources [%s]", (variant) => {
  test("bytes, a part of a buffer, a buffer", async () => {
    const bytes = bytesOf(variant);
    const padded = new Uint8Array(bytes.length + 7);
    padded.set(bytes, 3);
    for (const wasmBinary of [bytes, padded.subarray(3, -4), bytes.slice().buffer, Buffer.from(bytes)]) {
      const lab = await load({ wasmBinary });
      expect(lab.variant).toBe(variant);
      expect(sum(lab)).toBe(11);
    }
  });

  test("a module", async () => {
    const wasmModule = await WebAssembly.compile(bytesOf(variant));
    const lab = await loadExternal({ wasmModule, variant });
    expect(lab.variant).toBe(variant);
    expect(sum(lab)).toBe(11);
  });

  test("a file: URL, as URL and as text", async () => {
    expect((await load({ wasmUrl: urlOf(variant) })).variant).toBe(variant);
    expect(await load({ wasmUrl: urlOf(variant).href })).toBe(await load({ wasmUrl: urlOf(variant) }));
  });

  test("one instance per variant and source", async () => {
    const wasmBinary = bytesOf(variant);
    const lab = await load({ wasmBinary });
    expect(await load({ wasmBinary })).toBe(lab);
    expect(await load({ wasmBinary: wasmBinary.slice() })).not.toBe(lab);
    expect(await load({ variant })).not.toBe(lab);
  });

  test("the variant must be that of the source", async () => {
    const other = variant === "simd" ? "relaxed" : "simd";
    const wasmModule = await WebAssembly.compile(bytesOf(variant));
    for (const source of [{ wasmBinary: bytesOf(variant) }, { wasmModule }, { wasmUrl: urlOf(variant) }]) {
      await expectRejection(load({ variant: other, ...source }), { code: "VALUE", operation, argument: "variant" });
      expect((await load({ variant, ...source })).variant).toBe(variant);
    }
  });
});

describe("broken sources", () => {
  const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));

  test("are refused with the name of what came", async () => {
    const argument = "wasmBinary";
    const cases: [Uint8Array<ArrayBuffer>, RegExp][] = [
      [utf8("<!DOCTYPE html><title>Not found</title>"), /HTML page/],
      [utf8("\n  <html>"), /HTML page/],
      [utf8("version https://git-lfs.github.com/spec/v1"), /no WebAssembly/],
      [new Uint8Array(0), /empty/],
      [bytesOf("simd").subarray(0, 1000), /could not be compiled/],
      [new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), /could not be instantiated/],
    ];
    for (const [wasmBinary, message] of cases) {
      await expectRejection(load({ wasmBinary }), { code: "LOAD", operation, argument, message });
    }
    const wasmModule = await WebAssembly.compile(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    await expectRejection(load({ wasmModule }), { code: "LOAD", operation, argument: "wasmModule" });
  });

  test("a binary that computes wrongly is refused by name", async () => {
    for (const variant of variants) {
      await expectRejection(load({ wasmBinary: spoiled(bytesOf(variant)) }), {
        code: "LOAD",
        operation,
        argument: "wasmBinary",
        message: /wrong numbers.*softmax/,
      });
    }
  });

  test("keep the cause", async () => {
    const wasmBinary = bytesOf("simd").subarray(0, 1000);
    const error = await expectRejection(load({ wasmBinary }), { code: "LOAD", operation, argument: "wasmBinary" });
    expect(error.cause).toBeInstanceOf(WebAssembly.CompileError);
  });

  test("a failed load is tried again", async () => {
    const wasmBinary = spoiled(bytesOf("simd"));
    const refused = { code: "LOAD", operation, argument: "wasmBinary" } as const;
    await expectRejection(load({ wasmBinary }), refused);
    wasmBinary.set(bytesOf("simd"));
    expect((await load({ wasmBinary })).variant).toBe("simd");
  });

  test("the external entry carries no kernels", async () => {
    for (const options of [undefined, {}, { variant: "simd" }] as (LoadOptions | undefined)[]) {
      await expectRejection(loadExternal(options as LoadOptions), { code: "TYPE", operation, argument: "wasmUrl" });
    }
  });
});

describe("addresses", () => {
  let server: Server;
  let base = "";
  let available = false;
  const requests: string[] = [];

  beforeAll(async () => {
    const kernels = bytesOf("simd");
    const answers: Record<string, () => [status: number, type: string, body: string | Uint8Array]> = {
      "/kernels.wasm": () => [200, "application/wasm", kernels],
      "/kernels.wasm?once": () => [200, "application/wasm", kernels],
      "/octets.wasm": () => [200, "application/octet-stream", kernels],
      "/text.wasm": () => [200, "text/plain; charset=utf-8", kernels],
      "/liar.wasm": () => [200, "application/wasm", "<!doctype html>"],
      "/page.wasm": () => [200, "text/html", "<!doctype html><p>The start page</p>"],
      "/later.wasm": () => (available ? [200, "application/wasm", kernels] : [503, "text/plain", ""]),
    };
    server = createServer(({ url = "" }, response) => {
      requests.push(url);
      const [status, type, body] = answers[url]?.() ?? [404, "text/plain", ""];
      response.writeHead(status, { "content-type": type }).end(body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.close();
  });

  test("any content type will do", async () => {
    for (const name of ["kernels", "octets", "text"]) {
      expect(sum(await loadExternal({ wasmUrl: `${base}/${name}.wasm` }))).toBe(11);
    }
  });

  test("calls that overlap fetch once", async () => {
    const wasmUrl = new URL(`${base}/kernels.wasm?once`);
    const [a, b] = await Promise.all([load({ wasmUrl }), load({ wasmUrl: wasmUrl.href })]);
    expect(a).toBe(b);
    expect(requests.filter((url) => url.endsWith("?once")).length).toBe(1);
  });

  test("an HTML page in place of the binary is named", async () => {
    await expectRejection(load({ wasmUrl: `${base}/page.wasm` }), {
      code: "LOAD",
      operation,
      argument: "wasmUrl",
      message: /page\.wasm.*HTML page/,
    });
    await expectRejection(load({ wasmUrl: `${base}/liar.wasm` }), { code: "LOAD", operation, argument: "wasmUrl" });
  });

  test("missing files, silent servers and addresses that are none are refused", async () => {
    const argument = "wasmUrl";
    await expectRejection(load({ wasmUrl: `${base}/no.wasm` }), { code: "LOAD", operation, argument, message: /404/ });
    for (const wasmUrl of [
      "http://127.0.0.1:1/x.wasm",
      "not an address",
      "",
      "file:///no/such/file.wasm",
      "file://[",
    ]) {
      await expectRejection(load({ wasmUrl }), { code: "LOAD", operation, argument });
    }
  });

  test("a failed fetch is tried again", async () => {
    const wasmUrl = `${base}/later.wasm`;
    await expectRejection(load({ wasmUrl }), { code: "LOAD", operation, argument: "wasmUrl", message: /503/ });
    available = true;
    expect(sum(await load({ wasmUrl }))).toBe(11);
  });
});

describe("known answers decide", () => {
  /** The chunk that the main entry has its `load` from, and the name it has there. */
  const [, nameInChunk = "", chunk = ""] =
    /import\{(\w+)[^}]*\}from"(.\/[^"]+)"/.exec(readFileSync(new URL("chunks/carrying.js", dist), "utf8")) ?? [];

  /** `load` with nothing loaded yet. */
  const freshLoad = async (name: string): Promise<typeof load> => {
    const fresh = (await import(`${new URL(`chunks/${chunk}`, dist).href}?${name}`)) as Record<string, typeof load>;
    return fresh[nameInChunk] as typeof load;
  };
  const isRelaxed = (bytes: Uint8Array): boolean => Buffer.from(bytes).equals(Buffer.from(bytesOf("relaxed")));

  /** Lets the engine compile spoiled kernels. */
  function spoilWhen(condition: (bytes: Uint8Array) => boolean): () => void {
    const compile = WebAssembly.compile.bind(WebAssembly);
    const spy = vi.spyOn(WebAssembly, "compile").mockImplementation((source) => {
      const bytes = source as Uint8Array;
      return compile(condition(bytes) ? spoiled(bytes) : source);
    });
    return () => {
      spy.mockRestore();
    };
  }

  test("auto falls back to the other build when one computes wrongly", async () => {
    const restore = spoilWhen(isRelaxed);
    try {
      const fresh = await freshLoad("fallback");
      expect((await fresh()).variant).toBe("simd");
      await expectRejection(fresh({ variant: "relaxed" }), { code: "LOAD", operation, argument: "variant" });
      expect((await fresh({ variant: "simd" })).variant).toBe("simd");
    } finally {
      restore();
    }
  });

  test("an engine that cannot unpack what the entry carries is told so", async () => {
    vi.stubGlobal("DecompressionStream", undefined);
    const fresh = await freshLoad("unpacked");
    try {
      await expectRejection(fresh(), { code: "LOAD", operation, argument: "variant", message: /DecompressionStream/ });
    } finally {
      vi.unstubAllGlobals();
    }
    expect((await fresh()).variant).toBe("relaxed");
  });

  test("when both do, load is refused, and tried again at the next call", async () => {
    const restore = spoilWhen(() => true);
    const fresh = await freshLoad("both");
    try {
      await expectRejection(fresh(), { code: "LOAD", operation, argument: "variant", message: /wrong numbers/ });
    } finally {
      restore();
    }
    expect((await fresh()).variant).toBe("relaxed");
  });
});

describe("other places", () => {
  /** Runs a module in a Node of its own, without the flags of this one. */
  function runNode(code: string): string {
    const environment = { ...process.env, NODE_OPTIONS: "" };
    const options = { cwd: root, encoding: "utf8", env: environment } as const;
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", code], options);
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  test("plain Node takes the best build it has, and refuses the one it lacks", () => {
    const report = runNode(`
      import { load } from "attnlab";
      import { supported } from "data:text/javascript,export const supported = WebAssembly.validate(Uint8Array.from(atob('AGFzbQEAAAABCAFgA3t7ewF7AwIBAAoNAQsAIAAgASAC/YUCCw=='), (c) => c.charCodeAt(0)))";
      const best = await load();
      const relaxed = await load({ variant: "relaxed" }).catch((error) => error);
      console.log(JSON.stringify([supported, best.variant, relaxed.code ?? null, relaxed.argument ?? null]));`);
    const [supported, ...rest] = JSON.parse(report) as [boolean, ...unknown[]];
    expect(rest).toEqual(supported ? ["relaxed", null, null] : ["simd", "LOAD", "variant"]);
  });

  test("relaxed bytes in an engine without are refused by their option", () => {
    const report = runNode(`
      import { readFileSync } from "node:fs";
      import { load } from "attnlab";
      const wasmBinary = readFileSync("dist/kernels.relaxed.wasm");
      const result = await load({ wasmBinary }).catch((error) => error);
      console.log(result.variant ?? [result.code, result.argument].join(" "));`);
    expect(["relaxed", "LOAD wasmBinary"]).toContain(report);
  });

  test("a process with a lab ends by itself", () => {
    expect(runNode(`import { load } from "attnlab"; await load(); console.log("done")`)).toBe("done");
  });

  test("a worker thread", async () => {
    const worker = new Worker(
      `const { parentPort, workerData } = require("node:worker_threads");
       import(workerData).then(async ({ load }) => {
         const lab = await load();
         const y = lab.attention(lab.tensor([[1, 0]]), lab.tensor([[1, 0]]), lab.tensor([[3]]));
         parentPort.postMessage({ variant: lab.variant, y });
       });`,
      { eval: true, workerData: new URL("index.js", dist).href },
    );
    const [message] = (await once(worker, "message")) as [unknown];
    await worker.terminate();
    expect(message).toEqual({ variant: "relaxed", y: { data: new Float32Array([3]), shape: [1, 1] } });
  });
});
