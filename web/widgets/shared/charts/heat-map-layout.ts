/** Where a heat map draws its plot inside a box of given width, in CSS pixels. */
export interface HeatMapLayout {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Size of one grid entry. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Every how many entries a label fits; 0 = there are no labels. */
  readonly rowLabelStep: number;
  readonly columnLabelStep: number;
}

/** Room one line of labels needs. */
export const labelPitch = 14;

/**
 * @param width of the whole drawing
 * @param rows of the grid
 * @param columns of the grid
 * @param labelWidth widest row label and widest column label (written upright along the top); 0 without labels
 */
export function heatMapLayout(
  width: number,
  rows: number,
  columns: number,
  labelWidth: { readonly row: number; readonly column: number },
): HeatMapLayout {
  const left = labelWidth.row > 0 ? Math.ceil(Math.min(labelWidth.row + 8, width * 0.24)) : 1;
  const top = labelWidth.column > 0 ? Math.ceil(Math.min(labelWidth.column + 8, width * 0.24)) : 1;
  const plotWidth = Math.max(1, width - left - 1);
  // Square entries, unless that would make a ribbon of the map.
  const shape = Math.min(1.25, Math.max(0.35, rows / Math.max(1, columns)));
  const plotHeight = Math.max(1, Math.round(plotWidth * shape));
  const cellWidth = plotWidth / Math.max(1, columns);
  const cellHeight = plotHeight / Math.max(1, rows);
  const step = (cell: number, labels: number): number => (labels > 0 ? Math.max(1, Math.ceil(labelPitch / cell)) : 0);
  return {
    left,
    top,
    width: plotWidth,
    height: plotHeight,
    cellWidth,
    cellHeight,
    rowLabelStep: step(cellHeight, labelWidth.row),
    columnLabelStep: step(cellWidth, labelWidth.column),
  };
}

/** Text cut to `room` with an ellipsis; `measure` gives a text's width. */
export function clip(text: string, room: number, measure: (text: string) => number): string {
  if (measure(text) <= room) return text;
  let kept = Array.from(text);
  while (kept.length > 1 && measure(`${kept.join("")}…`) > room) kept = kept.slice(0, -1);
  return `${kept.join("")}…`;
}
