/**
 * A worker made of a file of the package, for pages whose policy lets workers come from their own host alone. In a
 * module of its own, that is imported when it is wanted: bundlers replace the address, or leave it to fail.
 */
export const startByAddress = (): Worker => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
