/** What came of several draws: the middle one, and between which two four fifths of them lie. */
export interface Band {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

export function bandOf(values: readonly number[]): Band {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { low: at(0.1), middle: at(0.5), high: at(0.9) };
}
