import { describe, expect, test } from "vitest";
import { packPlanes } from "../../../tools/lib/planes.mjs";
import { carriedHeadsFile, readFixture } from "../../../tools/lib/widget-data.mjs";
import { unpackPlanes } from "./planes.js";

const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * i * 31 + (i >> 3)) % 256);

describe("files packed in planes", () => {
  test.each([0, 2, 4, 254, 65_536, 131_074])("%i bytes come back as they were", async (length) => {
    const bytes = noise(length);
    expect(await unpackPlanes(new Uint8Array(packPlanes(bytes)))).toEqual(bytes);
  });

  test.each([
    ["the extract", readFixture("sentence.extract.safetensors"), 41_300],
    ["the carried heads", carriedHeadsFile(), 21_500],
  ])("%s comes back as it was, from less room than its upper and lower bytes take in turns", async (_, bytes, most) => {
    const packed = new Uint8Array(packPlanes(bytes));
    expect(packed.length).toBeLessThan(most);
    expect(await unpackPlanes(packed)).toEqual(bytes);
  });

  test("what is not made of 16-bit numbers is refused", () => {
    expect(() => packPlanes(noise(3))).toThrow(RangeError);
  });
});
