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

/** Room for the name of each of several charts. */
const naming = 22;

/**
 * A chart that is on the page as a file of its own, or several, each under its name: their shapes with the looks that the
 * page gives them, on the page's ground. No style attributes, so that it may itself stand in a page with a strict policy.
 */
export function chartFile(
  chart: SVGSVGElement,
  title: string,
  subtitle: string,
  others: readonly SVGSVGElement[] = [],
): SvgFile {
  const charts = [chart, ...others];
  const named = others.length > 0 ? naming : 0;
  const width = Math.max(...charts.map(({ viewBox }) => viewBox.baseVal.width));
  const height = charts.reduce((sum, { viewBox }) => sum + viewBox.baseVal.height + named, 0);
  const page = getComputedStyle(chart);
  const [paper, ink, muted] = ["--paper", "--ink", "--muted"].map((name) => resolve(chart, name));
  let top = 0;
  const body = charts
    .map((each) => {
      const name = escapeXml(each.dataset.name ?? "");
      const label = named > 0 ? `<text x="8" y="${top + 14}" font-size="13" fill="${ink}">${name}</text>` : "";
      const shapes = Array.from(each.children, copyOf).join("\n");
      const placed = named > 0 ? `${label}<g transform="translate(0 ${top + named})">${shapes}</g>` : shapes;
      top += each.viewBox.baseVal.height + named;
      return placed;
    })
    .join("\n");
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
