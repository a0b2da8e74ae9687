import type { Language } from "./language.js";

const locales: Readonly<Record<Language, string>> = { en: "en", zh: "zh-CN" };
const cache = new Map<string, Intl.NumberFormat>();

function formatter(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  let format = cache.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(locales[language], options);
    cache.set(key, format);
  }
  return format;
}

/** A true minus sign: it has the width of a digit in tabular figures, the hyphen has not; zero, also rounded, has none. */
const withMinus = (text: string): string => text.replace(/^-(?=[0.]+$)/, "").replace("-", "−");

const superscripts: Readonly<Record<string, string>> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

/** Writes numbers for readers of one language; infinite values and NaN are written out, never hidden. */
export class Numbers {
  constructor(readonly language: Language) {}

  private write(value: number, options: Intl.NumberFormatOptions): string {
    if (Number.isNaN(value)) return "NaN";
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
    return withMinus(formatter(this.language, options).format(value));
  }

  /** 4096, as axes have it, and 12,345 */
  whole(value: number): string {
    return this.write(value, { maximumFractionDigits: 0, useGrouping: Math.abs(value) >= 1e4 });
  }

  /** As many digits as it takes, without separators: 4096, 0.25 */
  plain(value: number): string {
    return this.write(value, { maximumSignificantDigits: 6, useGrouping: false });
  }

  /** A fixed number of decimals: 3.142 */
  fixed(value: number, digits: number): string {
    return this.write(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  /** Significant digits (whole numbers keep all of theirs), powers of ten outside 0.001 to 99999: 0.0123, 1.3×10²⁶, 10⁻⁵ */
  significant(value: number, digits = 3): string {
    const size = Math.abs(value);
    if (Number.isFinite(value) && value !== 0 && (size < 1e-3 || size >= 1e5)) return this.power(value, digits);
    if (size >= 10 ** digits) return this.write(value, { maximumFractionDigits: 0, useGrouping: false });
    return this.write(value, {
      minimumSignificantDigits: digits,
      maximumSignificantDigits: digits,
      useGrouping: false,
    });
  }

  /** Share of one as a percentage; below 10% one decimal is kept: 3.7%, 43%, <0.1% */
  percent(value: number): string {
    if (value > 0 && value < 0.0005) return "<0.1%";
    const digits = value !== 0 && value < 0.0995 ? 1 : 0;
    return `${this.write(value * 100, { minimumFractionDigits: digits, maximumFractionDigits: digits })}%`;
  }

  /** Time given in milliseconds in the unit that fits: 43 µs, 1.2 ms, 3.4 s */
  duration(milliseconds: number): string {
    if (milliseconds < 1) return `${this.significant(milliseconds * 1000, milliseconds < 0.01 ? 2 : 3)} µs`;
    if (milliseconds < 1000) return `${this.significant(milliseconds, 3)} ms`;
    return `${this.significant(milliseconds / 1000, 3)} s`;
  }

  private power(value: number, digits: number): string {
    const [mantissa = "", exponent = ""] = value.toExponential(digits - 1).split("e");
    const raised = Array.from(exponent.replace("+", ""), (sign) => superscripts[sign] ?? sign).join("");
    return withMinus(/^-?1$/.test(mantissa) ? `${mantissa.replace("1", "10")}${raised}` : `${mantissa}×10${raised}`);
  }
}
