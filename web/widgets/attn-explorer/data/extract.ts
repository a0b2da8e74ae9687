import packed from "virtual:sentence.extract.planes";
import { unpackPlanes } from "../../shared/planes.js";

/** Queries and keys of the first view; a chunk of its own, so that the widget's frame is drawn before it arrives. */
export const extract = (): Promise<Uint8Array> => unpackPlanes(packed);
