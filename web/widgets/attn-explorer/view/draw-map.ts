import type { Cell, HeatMap } from "../../shared/charts/heat-map.js";
import { colorOf } from "../../shared/theme.js";
import { visibleKeys } from "../data/attention-data.js";
import type { View } from "../scene.js";
import { mostOf } from "../thumbnails.js";

interface Drawing {
  readonly chosen: View;
  /** The row under the pointer, where that is another one. */
  readonly under: View | undefined;
  readonly dark: boolean;
  readonly name: string;
  readonly summary: string;
}

/** Shows on the map of weights what is chosen, and what the pointer is on. */
export function drawMap(map: HeatMap, { chosen, under, dark, name, summary }: Drawing): void {
  const { data, analysis, causal } = chosen;
  const { grid } = analysis;
  const { element } = map;
  const labeled = grid.blockRows === 1 && grid.blockColumns === 1;
  const cellOf = ({ query, column }: View): Cell => ({ row: query, column });
  map.show({
    grid,
    most: mostOf(data.nK, grid),
    rowLabels: labeled ? data.queryTokens : undefined,
    columnLabels: labeled ? data.keyTokens : undefined,
    visible: (index) => visibleKeys(data.nQ, data.nK, causal, index),
    selected: cellOf(chosen),
    hovered: under && cellOf(under),
    dark,
    muted: colorOf(element, "muted"),
    accent: colorOf(element, "accent"),
    paper: colorOf(element, "paper"),
    name,
    summary,
  });
}
