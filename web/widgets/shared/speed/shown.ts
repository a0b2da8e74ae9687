import type { SpeedPoint } from "./race.js";

/** A method's line in the picture. */
export interface SpeedLine {
  /** CSS classes: see methods.ts. */
  readonly kind: string;
  readonly label: string;
  readonly points: readonly SpeedPoint[];
}

/** What a picture of times shows: the exact method first, then its rivals. */
export interface SpeedShown {
  readonly lines: readonly [exact: SpeedLine, ...rivals: SpeedLine[]];
  /** Head size. */
  readonly width: number;
  readonly variant: string;
  readonly samples: number;
}

/** Two digits that mean something: 1400. */
export const about = (n: number): string => String(Number(n.toPrecision(2)));
