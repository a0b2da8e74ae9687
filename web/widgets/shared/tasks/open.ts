/** Addresses of workers' texts are given up after this long: by then the worker has its source, or never will. */
const patience = 10_000;

/** Opens a module worker whose whole source is `text`. Throws when the page may not have workers. */
export function openWorkerFromText(text: string): Worker {
  const blob = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return new Worker(blob, { type: "module" });
  } finally {
    setTimeout(() => URL.revokeObjectURL(blob), patience);
  }
}

/**
 * Opens the worker `name` beside the module at `address` by `open`. A page may open workers of its own origin only: a widget
 * that came from another one (a CDN) starts a line of its own that imports the file.
 */
export const openWorkerBeside = (address: string, name: string, open: () => Worker): Worker =>
  new URL(address).origin === location.origin
    ? open()
    : openWorkerFromText(`import ${JSON.stringify(new URL(name, address).href)};`);
