import { html, svg, type TemplateResult } from "lit";
import { ColorMap, tone } from "../../shared/charts/color-map.js";
import type { Numbers } from "../../shared/format.js";

const width = 200;
const bar = { left: 4, right: 196, top: 2, height: 10 };

/** Color bar of a heat map with ticks at round weights. */
export function legend(name: string, most: number, dark: boolean, numbers: Numbers): TemplateResult {
  const colors = ColorMap.of(dark);
  const steps = Array.from({ length: 48 }, (_, index) => index / 47);
  const ticks = most === 1 ? [0, 0.05, 0.25, 0.5, 1] : [0, most / 16, most / 4, most];
  const at = (share: number): number => bar.left + share * (bar.right - bar.left);
  const step = (bar.right - bar.left) / steps.length;
  return html`<svg class="legend" role="img" aria-label=${name} viewBox="0 0 ${width} 28">
    ${steps.map(
      (share, index) =>
        svg`<rect x=${bar.left + index * step} y=${bar.top} width=${step + 0.5} height=${bar.height}
          fill=${colors.hex(share)}></rect>`,
    )}
    ${ticks.map((value, index) => {
      const x = at(tone(value, most));
      const anchor = index === 0 ? "start" : index === ticks.length - 1 ? "end" : "middle";
      return svg`<line x1=${x} x2=${x} y1=${bar.top + bar.height} y2=${bar.top + bar.height + 3}></line>
        <text x=${x} y="25" text-anchor=${anchor}>${numbers.percent(value).replace(/\.0%$/, "%")}</text>`;
    })}
  </svg>`;
}
