/**
 * Tells a screen reader what changed, at most once per `interval`: while a reader drags or holds an arrow key only the
 * last state is spoken. It stays silent until the first `say`, so a page does not read its widgets aloud on load.
 */
export class LiveCaption {
  private pending: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly write: (text: string) => void,
    private readonly interval = 900,
  ) {}

  say(text: string): void {
    this.pending = text;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (this.pending !== undefined) this.write(this.pending);
      this.pending = undefined;
    }, this.interval);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.pending = undefined;
  }
}
