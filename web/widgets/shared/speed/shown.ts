import type { Numbers } from "../format.js";
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

/** A time that an axis names: 10 ms, not 10.0 ms, for it is a round one. */
export const roundTime = (numbers: Numbers, milliseconds: number): string =>
  numbers.duration(milliseconds).replace(/\.0+(?= )/, "");

/** Two digits that mean something: 1400. */
export const about = (n: number): string => String(Number(n.toPrecision(2)));
