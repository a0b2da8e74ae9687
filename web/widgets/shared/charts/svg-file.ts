import { escapeXml } from "../escape-xml.js";
import type { SvgFile } from "./heat-map-svg.js";

/** What of its looks a shape takes from the widget's styles. */
const looks = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-opacity",
  "opacity",
  "font-size",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
] as const;

/** Room for the two lines of text above the chart. */
const heading = 60;

/**
 * A chart that is on the page as a file of its own: its shapes with the looks that the page gives them, on the page's
 * ground. No style attributes, so that it may itself stand in a page with a strict policy.
 */
export function chartFile(chart: SVGSVGElement, title: string, subtitle: string): SvgFile {
  const { width, height } = chart.viewBox.baseVal;
  const page = getComputedStyle(chart);
  const [paper, ink, muted] = ["--paper", "--ink", "--muted"].map((name) => resolve(chart, name));
  const body = Array.from(chart.children, copyOf).join("\n");
  const total = height + heading;
  return {
    width,
    height: total,
    text:
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" ` +
      `font-family="system-ui, sans-serif" font-size="${page.fontSize}"><rect width="${width}" height="${total}" fill="${paper}"/>` +
      `<text x="8" y="24" font-size="15" font-weight="600" fill="${ink}">${escapeXml(title)}</text>` +
      `<text x="8" y="44" font-size="12" fill="${muted}">${escapeXml(subtitle)}</text>` +
      `<g transform="translate(0 ${heading})">${body}</g></svg>\n`,
  };
}

function copyOf(element: Element): string {
  const style = getComputedStyle(element);
  const own = Array.from(element.attributes).filter(({ name }) => name !== "class");
  const given = new Set(own.map(({ name }) => name));
  const attributes = [
    ...own.map(({ name, value }) => `${name}="${escapeXml(value)}"`),
    ...looks
      .filter((name) => !given.has(name) && style.getPropertyValue(name) !== "")
      .map((name) => `${name}="${escapeXml(style.getPropertyValue(name))}"`),
  ];
  const content =
    element.children.length > 0 ? Array.from(element.children, copyOf).join("") : escapeXml(element.textContent);
  return `<${element.localName} ${attributes.join(" ")}>${content}</${element.localName}>`;
}

/** A color variable of the theme as a color that other programs read. */
function resolve(chart: SVGSVGElement, name: string): string {
  const probe = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  probe.style.setProperty("fill", `var(${name})`);
  chart.append(probe);
  const { fill } = getComputedStyle(probe);
  probe.remove();
  return fill;
}
