/** What `attnlab/io` shares with the rest of the package: see core.ts. */
export * from "./errors.js";
export * from "./options.js";
export * from "./resident.js";
export * from "./shape.js";
export * from "./tensor.js";
export * from "./view-bytes.js";
