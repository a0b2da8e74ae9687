import { ColorMap } from "./color-map.js";
import { visibleColumns, type Grid } from "./grid.js";
import { clip, heatMapLayout, labelPitch, type HeatMapLayout } from "./heat-map-layout.js";
import { gridImage } from "./paint.js";

/** An entry of the source matrix (not of the averaged grid). */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface HeatMapContent {
  readonly grid: Grid;
  /** Value of the strongest color. */
  readonly most: number;
  /** One label per source row and column, shown where they fit. */
  readonly rowLabels: readonly string[] | undefined;
  readonly columnLabels: readonly string[] | undefined;
  /** Number of leading columns a source row sees; what lies to the right stays blank. */
  readonly visible: (row: number) => number;
  readonly selected: Cell | undefined;
  readonly hovered: Cell | undefined;
  readonly dark: boolean;
  readonly muted: string;
  readonly accent: string;
  readonly paper: string;
  /** Name of the picture, read by screen readers. */
  readonly name: string;
  /** What it shows, in words. */
  readonly summary: string;
}

export interface HeatMapEvents {
  /** The entry under the pointer, undefined when it leaves. */
  onHover(cell: Cell | undefined): void;
  /** An entry was clicked, tapped, or reached with the arrow keys. */
  onSelect(cell: Cell): void;
}

const steps: Readonly<Record<string, Cell>> = {
  ArrowUp: { row: -1, column: 0 },
  ArrowDown: { row: 1, column: 0 },
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
};

/** Largest size of a label in CSS pixels; margins are measured with it. */
const largestLabel = 13;

const clamp = (value: number, most: number): number => Math.min(Math.max(0, value), Math.max(0, most));

/**
 * A matrix as colors: row = query, column = key, origin top left. The entry under the pointer is framed with its row and
 * column; arrow keys move the selected entry (Home and End: first and last column; with Shift ten at a time).
 *
 * `element` goes into a template as it is; `show` draws. `release` before the widget leaves the page.
 */
export class HeatMap {
  readonly element = document.createElement("div");
  private readonly canvas = document.createElement("canvas");
  private readonly image = document.createElement("canvas");
  private content: HeatMapContent | undefined;
  private painted: readonly unknown[] = [];
  private layout: HeatMapLayout | undefined;
  private readonly resize = new ResizeObserver(() => this.draw());

  constructor(private readonly events: HeatMapEvents) {
    this.element.className = "heat-map";
    this.element.append(this.canvas);
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") this.events.onHover(this.cellAt(event));
    });
    this.canvas.addEventListener("pointerleave", () => this.events.onHover(undefined));
    this.canvas.addEventListener("click", (event) => {
      const cell = this.cellAt(event);
      if (cell !== undefined) this.events.onSelect(cell);
    });
  }

  /** Starts following the size of its place. */
  observe(): void {
    this.resize.observe(this.element);
  }

  release(): void {
    this.resize.disconnect();
  }

  show(content: HeatMapContent): void {
    this.content = content;
    // Until there is something to show there is nothing to reach or to name.
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "application");
    this.element.setAttribute("aria-label", content.name);
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", content.summary);
    this.draw();
  }

  private cellAt(event: MouseEvent): Cell | undefined {
    const { layout, content } = this;
    if (layout === undefined || content === undefined) return undefined;
    const box = this.canvas.getBoundingClientRect();
    const x = (event.clientX - box.left - layout.left) / layout.cellWidth;
    const y = (event.clientY - box.top - layout.top) / layout.cellHeight;
    const { grid } = content;
    if (y < 0 || y >= grid.rows || x >= grid.columns) return undefined;
    const row = clamp(Math.floor(y * grid.blockRows), grid.sourceRows - 1);
    // On the labels of a row the row itself is meant, and its present column stays.
    if (x < 0) return { row, column: content.selected?.column ?? 0 };
    return { row, column: clamp(Math.floor(x * grid.blockColumns), grid.sourceColumns - 1) };
  }

  private key(event: KeyboardEvent): void {
    const { content } = this;
    if (content === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const { grid } = content;
    const from = content.selected ?? { row: 0, column: 0 };
    const step = steps[event.key];
    let { row, column } = from;
    if (step !== undefined) {
      const size = event.shiftKey ? 10 : 1;
      row += step.row * size * grid.blockRows;
      column += step.column * size * grid.blockColumns;
    } else if (event.key === "Home") column = 0;
    else if (event.key === "End") column = grid.sourceColumns - 1;
    else return;
    event.preventDefault();
    this.events.onSelect({ row: clamp(row, grid.sourceRows - 1), column: clamp(column, grid.sourceColumns - 1) });
  }

  private draw(): void {
    const { content, canvas } = this;
    const width = Math.floor(this.element.clientWidth);
    if (content === undefined || width < 40) return;
    const context = canvas.getContext("2d");
    if (context === null) return;
    const { grid } = content;
    const family = getComputedStyle(this.element).fontFamily;
    context.font = `700 ${largestLabel}px ${family}`;
    const measure = (text: string): number => context.measureText(text).width;
    const widest = (labels: readonly string[] | undefined): number =>
      labels === undefined ? 0 : Math.max(0, ...labels.map(measure));
    const layout = heatMapLayout(width, grid.rows, grid.columns, {
      row: widest(content.rowLabels),
      column: widest(content.columnLabels),
    });
    this.layout = layout;
    const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
    const height = Math.ceil(layout.top + layout.height + 1);
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.setProperty("height", `${height}px`);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.drawEntries(context, content, layout);
    this.drawLabels(context, content, layout, family);
    this.drawFrames(context, content, layout);
  }

  private drawEntries(context: CanvasRenderingContext2D, content: HeatMapContent, layout: HeatMapLayout): void {
    const { grid, dark, most, visible } = content;
    if (this.painted[0] !== grid || this.painted[1] !== dark || this.painted[2] !== most) {
      const columns = (row: number): number => visibleColumns(grid, row, visible);
      this.image.width = Math.max(1, grid.columns);
      this.image.height = Math.max(1, grid.rows);
      this.image.getContext("2d")?.putImageData(gridImage(grid, ColorMap.of(dark), most, columns), 0, 0);
      this.painted = [grid, dark, most];
    }
    // More entries than pixels are smoothed, fewer keep their edges.
    context.imageSmoothingEnabled = layout.cellWidth < 1;
    context.drawImage(this.image, layout.left, layout.top, layout.width, layout.height);
    context.strokeStyle = content.muted;
    context.lineWidth = 1;
    context.globalAlpha = 0.45;
    context.strokeRect(layout.left - 0.5, layout.top - 0.5, layout.width + 1, layout.height + 1);
    context.globalAlpha = 1;
  }

  private drawLabels(
    context: CanvasRenderingContext2D,
    content: HeatMapContent,
    layout: HeatMapLayout,
    family: string,
  ): void {
    const active = content.hovered ?? content.selected;
    const size = Math.min(largestLabel, Math.max(12, layout.cellHeight * 0.85));
    const write = (text: string, strong: boolean, room: number): void => {
      context.font = `${strong ? 700 : 400} ${size}px ${family}`;
      context.fillStyle = strong ? content.accent : content.muted;
      context.fillText(
        clip(text, room, (part) => context.measureText(part).width),
        0,
        0,
      );
    };
    context.textBaseline = "middle";
    eachLabel(content.rowLabels, active?.row, layout.rowLabelStep, layout.cellHeight, (index, label, strong) => {
      context.save();
      context.translate(layout.left - 6, layout.top + (index + 0.5) * layout.cellHeight);
      context.textAlign = "right";
      write(label, strong, layout.left - 8);
      context.restore();
    });
    eachLabel(
      content.columnLabels,
      active?.column,
      layout.columnLabelStep,
      layout.cellWidth,
      (index, label, strong) => {
        context.save();
        context.translate(layout.left + (index + 0.5) * layout.cellWidth, layout.top - 6);
        context.rotate(-Math.PI / 2);
        context.textAlign = "left";
        write(label, strong, layout.top - 8);
        context.restore();
      },
    );
  }

  private drawFrames(context: CanvasRenderingContext2D, content: HeatMapContent, layout: HeatMapLayout): void {
    const { grid } = content;
    const active = content.hovered ?? content.selected;
    if (active === undefined) return;
    const x = layout.left + Math.floor(active.column / grid.blockColumns) * layout.cellWidth;
    const y = layout.top + Math.floor(active.row / grid.blockRows) * layout.cellHeight;
    const frame = (left: number, top: number, width: number, height: number, line: number, halo = true): void => {
      if (halo) {
        context.strokeStyle = content.paper;
        context.lineWidth = line + 2;
        context.strokeRect(left, top, width, height);
      }
      context.strokeStyle = content.accent;
      context.lineWidth = line;
      context.strokeRect(left, top, width, height);
    };
    const cellWidth = Math.max(layout.cellWidth, 3);
    const cellHeight = Math.max(layout.cellHeight, 3);
    context.globalAlpha = 0.6;
    frame(x, layout.top, cellWidth, layout.height, 1, false);
    context.globalAlpha = 1;
    frame(layout.left, y, layout.width, cellHeight, 1.5);
    frame(x, y, cellWidth, cellHeight, 2.5);
  }
}

/** Visits the labels that fit, and always the active one, from which its too close neighbors step back. */
function eachLabel(
  labels: readonly string[] | undefined,
  active: number | undefined,
  step: number,
  cell: number,
  visit: (index: number, label: string, strong: boolean) => void,
): void {
  labels?.forEach((label, index) => {
    const strong = index === active;
    const crowded = active !== undefined && Math.abs(index - active) * cell < labelPitch;
    if (strong || (index % step === 0 && !crowded)) visit(index, label, strong);
  });
}
