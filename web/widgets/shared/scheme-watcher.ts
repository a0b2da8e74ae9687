import { css } from "lit";

/**
 * A page turns dark in many ways: the reader's system, a class on <html>, an attribute of the widget. All of them change
 * the computed color of this probe, and a transition of one millisecond tells about it without knowing which it was.
 */
export const schemeProbeStyles = css`
  .scheme-probe {
    position: absolute;
    width: 0;
    height: 0;
    overflow: hidden;
    color: light-dark(rgb(0 0 0), rgb(255 255 255));
    transition: color 1ms;
  }
`;

/** Whether the probe's surroundings are dark. */
export const isDark = (probe: Element): boolean => getComputedStyle(probe).color === "rgb(255, 255, 255)";

/** Calls `listener` after each change between light and dark; returns the function that stops it. */
export function watchScheme(probe: Element, listener: () => void): () => void {
  probe.addEventListener("transitionend", listener);
  return () => probe.removeEventListener("transitionend", listener);
}
