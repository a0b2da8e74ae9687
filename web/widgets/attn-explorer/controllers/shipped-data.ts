import { messageOf } from "../../shared/tasks/protocol.js";
import type { AttentionData } from "../data/attention-data.js";
import { extractLayer, isExtract, LayerAbsent, loadLayer, nearestLayer } from "../data/shipped.js";
import type { Problem } from "../problem.js";
import type { TextName } from "../schema.js";

interface Host {
  text: TextName;
  layer: number;
  requestUpdate(): void;
}

/** Brings the layer of the shipped text that the host asks for, and keeps the last one while it is on its way. */
export class ShippedData {
  data: AttentionData | undefined;
  /** Layer being fetched. */
  fetching: number | undefined;
  /** Why the wanted layer is not shown. */
  problem: Problem | undefined;
  /** Why nothing can be shown at all. */
  fatal: Problem | undefined;
  private held: { readonly text: TextName; readonly layer: number } | undefined;

  constructor(private readonly host: Host) {}

  /** To be called when the host's text or layer may have changed. A failure puts the host back to what is shown. */
  async load(): Promise<void> {
    const { host } = this;
    const { text } = host;
    const layer = (host.layer = nearestLayer(text, host.layer));
    if (this.held?.text === text && this.held.layer === layer) return;
    const isWanted = (): boolean => host.text === text && host.layer === layer;
    this.fetching = layer;
    this.problem = undefined;
    try {
      const data = await loadLayer(text, layer);
      if (!isWanted()) return;
      this.data = data;
      this.held = { text, layer };
    } catch (error) {
      if (isWanted()) this.fail(error, text, layer);
    } finally {
      if (this.fetching === layer) this.fetching = undefined;
      host.requestUpdate();
    }
  }

  private fail(error: unknown, text: TextName, layer: number): void {
    const reason = messageOf(error);
    if (isExtract(text, layer)) {
      this.fatal = (t) => t("dataFailed", { reason });
      return;
    }
    const shown = this.held ?? { text: "sentence", layer: extractLayer };
    this.host.text = shown.text;
    this.host.layer = shown.layer;
    const problem: Problem =
      error instanceof LayerAbsent
        ? (t) => t("layerAbsent", { shown: shown.layer })
        : (t) => t("layerFailed", { layer, reason, shown: shown.layer });
    // With nothing held yet the fallback is loaded next, which would wipe the sentence away.
    if (this.held === undefined) void this.load().then(() => this.tell(problem));
    else this.tell(problem);
  }

  private tell(problem: Problem): void {
    this.problem = problem;
    this.host.requestUpdate();
  }
}
