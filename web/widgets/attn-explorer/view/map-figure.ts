import { html, nothing, type TemplateResult } from "lit";
import type { Grid } from "../../shared/charts/grid.js";
import type { Numbers } from "../../shared/format.js";
import type { Translate } from "../../shared/text.js";
import type { ExplorerText } from "../text.en.js";
import { legend } from "./legend.js";

export interface MapFigureProps {
  readonly t: Translate<ExplorerText>;
  readonly numbers: Numbers;
  /** The heat map's own element. */
  readonly map: HTMLElement;
  readonly grid: Grid | undefined;
  /** What to say while there is nothing to draw. */
  readonly waiting: string;
  readonly most: number;
  readonly dark: boolean;
}

/** The main picture with what its axes and colors mean; a frame of its size until there is something to draw. */
export function mapFigure({ t, numbers, map, grid, waiting, most, dark }: MapFigureProps): TemplateResult {
  const averaged = grid !== undefined && (grid.blockRows > 1 || grid.blockColumns > 1);
  return html`<figure part="map">
    <figcaption>
      <span class="note">${t("mapAxes")}</span>
      ${legend(t("legend", { most: numbers.percent(most) }), most, dark, numbers)}
    </figcaption>
    <div class=${grid === undefined ? "map empty" : "map"}>
      ${map} ${grid === undefined ? html`<p class="waiting">${waiting}</p>` : nothing}
    </div>
    ${
      averaged
        ? html`<p class="note">${t("mapAverage", { rows: grid.blockRows, columns: grid.blockColumns })}</p>`
        : nothing
    }
  </figure>`;
}
