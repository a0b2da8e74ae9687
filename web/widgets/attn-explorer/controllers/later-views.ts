import { messageOf } from "../../shared/tasks/protocol.js";
import { laterViews } from "../later.js";

type Module = Awaited<ReturnType<typeof laterViews>>;

/** Brings what the first view does without: the other two views, and the writing of files. */
export class Later {
  module: Module | undefined;
  /** Why it did not come. */
  problem: string | undefined;
  private coming: Promise<Module> | undefined;

  constructor(private readonly host: { requestUpdate(): void }) {}

  /** The module, fetched on the first call; a failure is forgotten, so that the next call tries again. */
  bring(): Promise<Module> {
    this.coming ??= this.fetch();
    return this.coming;
  }

  /** To be called when a view needs it: fetches it unless that has failed, which the view then says. */
  want(): void {
    if (this.problem === undefined) this.bring().catch(() => undefined);
  }

  /** After a failure. */
  again(): void {
    this.problem = undefined;
    this.want();
    this.host.requestUpdate();
  }

  private async fetch(): Promise<Module> {
    try {
      this.module = await laterViews();
      this.problem = undefined;
      return this.module;
    } catch (error) {
      this.coming = undefined;
      this.problem = messageOf(error);
      throw error;
    } finally {
      this.host.requestUpdate();
    }
  }
}
