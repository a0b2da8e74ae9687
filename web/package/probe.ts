/**
 * The smallest module with a relaxed-SIMD instruction:
 *
 * ```wat
 * (module (func (param v128 v128 v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2))))
 * ```
 */
const RELAXED_MODULE = [
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic number, version 1
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b], // types: (v128, v128, v128) -> v128
  ...[0x03, 0x02, 0x01, 0x00], // functions: one, of type 0
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00], // code: one body of 11 bytes, no locals
  ...[0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x85, 0x02, 0x0b], // local.get 0, 1, 2; f32x4.relaxed_madd; end
];

/**
 * Whether this engine runs the relaxed build. Engines that do not know the instructions refuse a whole module that holds
 * one, so this is asked before the build is fetched.
 */
export const supportsRelaxedSimd = (): boolean =>
  typeof WebAssembly === "object" && WebAssembly.validate(new Uint8Array(RELAXED_MODULE));
