/** What the samples of one timed thing say. */
export interface Timed {
  /** Median time of one call, in milliseconds. */
  readonly milliseconds: number;
  /** The shortest. */
  readonly fastest: number;
  readonly samples: number;
  /** How much longer the third quartile is than the first. */
  readonly spread: number;
}

/** The value below which `share` of the ascending `sorted` lie, between two of them by straight line. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** Median, shortest and spread of sample times. */
export function timed(samples: readonly number[]): Timed {
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    milliseconds: quantile(sorted, 0.5),
    fastest: quantile(sorted, 0),
    samples: sorted.length,
    spread: quantile(sorted, 0.75) / quantile(sorted, 0.25) - 1,
  };
}
