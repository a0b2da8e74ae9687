import { copyText } from "../clipboard.js";
import type { SvgFile } from "../charts/heat-map-svg.js";
import { download, downloadText, rasterize } from "../download.js";
import { messageOf } from "../tasks/protocol.js";

interface Host {
  requestUpdate(): void;
}

/** How the last taking went; the bar says it in the reader's language. */
export type Notice = "copied" | "copyFailed" | { readonly failed: string };

/** What a reader takes along: text to the clipboard, files to the disk, and a word about how it went. */
export class TakeAway {
  notice: Notice | undefined;
  /** Text to copy by hand where the browser keeps the clipboard closed. */
  byHand: string | undefined;
  /** Whether there has been something to take. */
  offered = false;

  constructor(private readonly host: Host) {}

  async copy(text: string): Promise<void> {
    const copied = await copyText(text);
    this.byHand = copied ? undefined : text;
    this.tell(copied ? "copied" : "copyFailed");
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
      this.tell({ failed: messageOf(error) });
    }
  }

  /** Puts a word about it beside the buttons. */
  tell(notice: Notice): void {
    this.notice = notice;
    this.host.requestUpdate();
  }
}
