import { copyText } from "../../shared/clipboard.js";
import { download, downloadText, rasterize } from "../../shared/download.js";
import type { SvgFile } from "../../shared/charts/heat-map-svg.js";
import { messageOf } from "../../shared/tasks/protocol.js";
import type { Problem } from "../problem.js";

interface Host {
  requestUpdate(): void;
}

/** What a reader takes along: text to the clipboard, files to the disk, and a word about how it went. */
export class TakeAway {
  notice: Problem | undefined;
  /** Text to copy by hand where the browser keeps the clipboard closed. */
  byHand: string | undefined;

  constructor(private readonly host: Host) {}

  async copy(text: string): Promise<void> {
    const copied = await copyText(text);
    this.byHand = copied ? undefined : text;
    this.tell(copied ? (t) => t("copied") : (t) => t("copyFailed"));
  }

  saveCsv(name: string, text: string): void {
    downloadText(`${name}.csv`, "text/csv", text);
  }

  saveSvg(name: string, file: SvgFile): void {
    downloadText(`${name}.svg`, "image/svg+xml", file.text);
  }

  async savePng(name: string, file: SvgFile): Promise<void> {
    try {
      download(`${name}.png`, await rasterize(file.text, file.width, file.height));
    } catch (error) {
      this.tell((t) => t("downloadFailed", { reason: messageOf(error) }));
    }
  }

  private tell(notice: Problem): void {
    this.notice = notice;
    this.host.requestUpdate();
  }
}
