import { messageOf } from "../../shared/tasks/protocol.js";
import type { AttentionData } from "../data/attention-data.js";
import type { Candidate, Choice } from "../data/later-own-data.js";
import { ownDataReader } from "../later.js";
import type { Problem } from "../problem.js";

type Reader = Awaited<ReturnType<typeof ownDataReader>>;

interface Host {
  requestUpdate(): void;
}

const nothingChosen: Choice = { q: undefined, k: undefined, v: undefined };

/** A reader's own files: what was found in them, which tensors are Q, K and V, and the data once shown. */
export class OwnData {
  data: AttentionData | undefined;
  found: readonly Candidate[] = [];
  choice: Choice = nothingChosen;
  problem: Problem | undefined;
  private count = 0;
  /** What reads files; fetched with the first of them. */
  private reader: Reader | undefined;

  constructor(private readonly host: Host) {}

  /** Reads the files; shows them at once where names tell which tensor is which. Returns whether they are shown. */
  async take(files: readonly File[]): Promise<boolean> {
    try {
      this.reader ??= await ownDataReader();
      const { candidates, guess } = this.reader;
      const read = await Promise.all(
        files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
      );
      this.problem = undefined;
      this.found = candidates(read);
      this.choice = guess(this.found);
      if (this.choice.q !== undefined && this.choice.k !== undefined) return this.show();
    } catch (error) {
      this.explain(error);
    }
    this.host.requestUpdate();
    return false;
  }

  choose(choice: Choice): void {
    this.choice = choice;
    this.host.requestUpdate();
  }

  /** Makes the chosen tensors the data; false, with a sentence in `problem`, where they do not go together. */
  show(): boolean {
    if (this.reader === undefined) return false;
    try {
      this.problem = undefined;
      this.data = this.reader.assemble(this.choice, `own ${++this.count}`);
      return true;
    } catch (error) {
      this.explain(error);
      return false;
    } finally {
      this.host.requestUpdate();
    }
  }

  /** Back to the shipped texts; the files stay at hand. */
  leave(): void {
    this.data = undefined;
    this.host.requestUpdate();
  }

  private explain(error: unknown): void {
    this.problem =
      this.reader !== undefined && error instanceof this.reader.OwnDataError
        ? error.problem
        : (t) => t("computeFailed", { reason: messageOf(error) });
  }
}
