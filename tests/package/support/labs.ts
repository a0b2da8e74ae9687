import { load, type Lab, type Variant } from "attnlab";
import { describe } from "vitest";

/** The builds that this process can run; the configuration turns relaxed SIMD on where Node has it behind a flag. */
export const variants: readonly Variant[] = ["simd", "relaxed"];

/** Describes the same behavior of both builds. */
export function describeBoth(name: string, body: (lab: Lab) => void): void {
  describe.each(variants)(`${name} [%s]`, async (variant) => {
    body(await load({ variant }));
  });
}
