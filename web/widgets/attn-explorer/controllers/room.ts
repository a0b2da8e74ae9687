/** What is measured to draw in its width. */
const measured = ["stage", "side"] as const;
type Measured = (typeof measured)[number];

interface Host {
  readonly renderRoot: ParentNode;
  requestUpdate(): void;
}

/** How much room there is to draw in. The pictures come and go with the view; each is measured from when it is there. */
export class Room {
  /** Widths of the whole picture and of the one at the side, in pixels. */
  widths: Readonly<Record<Measured, number>> = { stage: 640, side: 320 };
  private readonly watched = new Map<Element, Measured>();
  private readonly resize = new ResizeObserver((entries) => {
    const news = entries.map(({ target, contentRect }) => [this.watched.get(target), Math.round(contentRect.width)]);
    this.widths = { ...this.widths, ...(Object.fromEntries(news) as Record<Measured, number>) };
    this.host.requestUpdate();
  });

  constructor(private readonly host: Host) {}

  watch(): void {
    for (const name of measured) {
      const element = this.host.renderRoot.querySelector(`.${name}`);
      if (element === null || this.watched.has(element)) continue;
      this.watched.set(element, name);
      this.resize.observe(element);
    }
  }

  release(): void {
    this.resize.disconnect();
    this.watched.clear();
  }
}
