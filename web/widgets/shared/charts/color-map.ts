type Rgb = readonly [red: number, green: number, blue: number];

const rgb = (hex: string): Rgb => {
  const number = Number.parseInt(hex.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
};

/**
 * Magnitude maps with steadily falling (light) or rising (dark) lightness: nothing is the color of the paper, much is
 * the most ink. Told apart with every kind of color blindness because lightness alone carries the order. The dark one is
 * viridis with its dark end drawn out to the dark paper.
 */
const stops: Readonly<Record<"light" | "dark" | "signedLight" | "signedDark", readonly string[]>> = {
  light: ["#fbfcf3", "#e9f3c4", "#c4e4b5", "#86cdb9", "#48b2c1", "#2390bd", "#2566a8", "#273f8f", "#0a1d58"],
  dark: ["#1b1c24", "#33215a", "#40407f", "#36608c", "#287d8e", "#1f9a8a", "#3fbc73", "#95d840", "#fde725"],
  // Around zero, the color of the paper: below it blue, above it orange.
  signedLight: ["#0a2f6b", "#2468b4", "#7fb0dd", "#fbfcf3", "#f0a765", "#c2560f", "#6b2a04"],
  signedDark: ["#a9d2ff", "#4f94d8", "#2a4f7d", "#1b1c24", "#7d4a24", "#d98443", "#ffd0a6"],
};

/** A map of 256 colors from 0 to 1. */
export class ColorMap {
  private readonly table = new Uint8Array(256 * 3);

  private constructor(colors: readonly string[]) {
    const points = colors.map(rgb);
    for (let i = 0; i < 256; i++) {
      const place = (i / 255) * (points.length - 1);
      const low = Math.min(Math.floor(place), points.length - 2);
      const [a, b] = [points[low] ?? [0, 0, 0], points[low + 1] ?? [0, 0, 0]];
      for (let c = 0; c < 3; c++) {
        this.table[3 * i + c] = Math.round((a[c] ?? 0) + ((b[c] ?? 0) - (a[c] ?? 0)) * (place - low));
      }
    }
  }

  private static readonly light = new ColorMap(stops.light);
  private static readonly dark = new ColorMap(stops.dark);

  private static readonly signedLight = new ColorMap(stops.signedLight);
  private static readonly signedDark = new ColorMap(stops.signedDark);

  static of(dark: boolean): ColorMap {
    return dark ? ColorMap.dark : ColorMap.light;
  }

  /** For numbers of both signs: 0.5 stands for zero. */
  static signed(dark: boolean): ColorMap {
    return dark ? ColorMap.signedDark : ColorMap.signedLight;
  }

  /** Writes the color of `share` (0 to 1; NaN is drawn as mid gray) into RGBA pixel `pixel`. */
  paint(pixels: Uint8ClampedArray, pixel: number, share: number): void {
    const index = 3 * Math.round(Math.min(1, Math.max(0, share)) * 255);
    const known = !Number.isNaN(share);
    for (let c = 0; c < 3; c++) pixels[4 * pixel + c] = known ? (this.table[index + c] ?? 0) : 128;
    pixels[4 * pixel + 3] = 255;
  }

  /** `#rrggbb` of `share`. */
  hex(share: number): string {
    const pixel = new Uint8ClampedArray(4);
    this.paint(pixel, 0, share);
    return `#${[...pixel.subarray(0, 3)].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  }
}

/**
 * Place of a weight on the color map: the square root of its share of `most`. Attention rows hold many small weights
 * beside one large one; the root keeps 1% apart from 0.
 */
export const tone = (value: number, most: number): number => (most > 0 ? Math.sqrt(Math.max(0, value) / most) : value);
