/** What a page sends to a task worker. */
export type Request =
  | { readonly kind: "start"; readonly wasmModule: WebAssembly.Module }
  | { readonly kind: "run"; readonly id: number; readonly task: string; readonly input: unknown }
  | { readonly kind: "cancel"; readonly id: number };

/** What it hears back. `failed` carries an error's message: error classes do not survive the crossing. */
export type Reply =
  | { readonly kind: "ready" }
  | { readonly kind: "unable"; readonly message: string }
  | { readonly kind: "progress"; readonly id: number; readonly share: number }
  | { readonly kind: "done"; readonly id: number; readonly output: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
