import { readNpy, readSafetensors } from "../../../package/io.js";
import type { Tensor } from "../../../package/index.js";
import { messageOf } from "../../shared/tasks/protocol.js";
import { translator } from "../../shared/text.js";
import type { Problem } from "../problem.js";
import { en } from "../text.en.js";
import type { AttentionData, Origin } from "./attention-data.js";

/** Most tokens of a reader's own data. */
export const mostTokens = 16_384;

export interface OwnFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A tensor that could serve as Q, K or V. */
export interface Candidate {
  /** What pickers show; unique among the candidates. */
  readonly label: string;
  readonly file: string;
  /** Name inside a safetensors file; undefined for .npy. */
  readonly tensorName: string | undefined;
  readonly tensor: Tensor;
  /** Tokens written into the file's metadata, if any. */
  readonly tokens: readonly string[] | undefined;
}

export interface Choice {
  readonly q: Candidate | undefined;
  readonly k: Candidate | undefined;
  readonly v: Candidate | undefined;
}

/** Something about a reader's files that a sentence can explain. */
export class OwnDataError extends Error {
  constructor(readonly problem: Problem) {
    super(problem(translator({ en, zh: en }, "en")));
  }
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/** Every tensor of two to four axes in the files. @throws OwnDataError */
export function candidates(files: readonly OwnFile[]): Candidate[] {
  const found = files.flatMap(readFile).filter(({ tensor }) => tensor.shape.length >= 2 && tensor.shape.length <= 4);
  if (found.length === 0) throw new OwnDataError((t) => t("ownEmpty"));
  return found;
}

function readFile({ name, bytes }: OwnFile): Candidate[] {
  try {
    if (/\.npy$/i.test(name)) {
      const tensor = readNpy(bytes);
      return [
        { label: `${name} ${shapeText(tensor.shape)}`, file: name, tensorName: undefined, tensor, tokens: undefined },
      ];
    }
    if (/\.safetensors$/i.test(name)) {
      const { tensors, metadata } = readSafetensors(bytes);
      const tokens = tokensOf(metadata.tokens);
      return Object.entries(tensors).map(([tensorName, tensor]) => ({
        label: `${tensorName} ${shapeText(tensor.shape)}`,
        file: name,
        tensorName,
        tensor,
        tokens,
      }));
    }
  } catch (error) {
    throw new OwnDataError((t) => t("ownUnread", { file: name, reason: messageOf(error) }));
  }
  throw new OwnDataError((t) => t("ownUnknown", { file: name }));
}

/** A JSON list of strings, or nothing. */
function tokensOf(text: string | undefined): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(text ?? "null");
    return Array.isArray(list) ? list.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/** A role is meant by a part of the name that is `q`, `queries`, `q_proj`, ...: in `layer2.q` and `Q.npy`, not in `quick`. */
const roles = {
  q: /(^|[^a-z])q(uer(y|ies)|_?proj)?([^a-z]|$)/i,
  k: /(^|[^a-z])k(eys?|_?proj)?([^a-z]|$)/i,
  v: /(^|[^a-z])v(alues?|_?proj)?([^a-z]|$)/i,
} as const;

/**
 * Which tensor is which, by name; two or three nameless ones are taken in their order. The key and value are sought
 * beside the query first (`layer2.q` takes `layer2.k`), so that a file with many layers starts with one of them.
 */
export function guess(found: readonly Candidate[]): Choice {
  const name = ({ tensorName, file }: Candidate): string => tensorName ?? file.replace(/\.npy$/i, "");
  const q = found.find((one) => roles.q.test(name(one)));
  const pick = (role: "k" | "v"): Candidate | undefined => {
    const sibling = q && found.find((one) => name(one) === counterpart(name(q), role));
    return sibling ?? found.find((one) => one !== q && roles[role].test(name(one)));
  };
  const [k, v] = [pick("k"), pick("v")];
  if (q === undefined && k === undefined && (found.length === 2 || found.length === 3)) {
    return { q: found[0], k: found[1], v: found[2] };
  }
  return { q, k, v };
}

/** Words for the query and what they become for key and value. */
const counterparts: Readonly<Record<string, { readonly k: string; readonly v: string }>> = {
  q: { k: "k", v: "v" },
  query: { k: "key", v: "value" },
  queries: { k: "keys", v: "values" },
};

/** `layer2.q` with the role k: `layer2.k`; `Query.npy`: `Key.npy`. */
const counterpart = (name: string, role: "k" | "v"): string =>
  name.replace(/(^|[^a-z])(q(?:uery|ueries)?)(?=[^a-z]|$)/i, (_, before: string, word: string) => {
    const other = counterparts[word.toLowerCase()]?.[role] ?? role;
    const capital = word.startsWith("Q");
    return before + (capital ? other.charAt(0).toUpperCase() + other.slice(1) : other);
  });

/** [heads, n, width] of a tensor; leading axes are taken together as heads. */
function matrices({ tensor, label }: Candidate): { heads: number; n: number; width: number; data: Float32Array } {
  const { shape, data } = tensor;
  if (shape.length < 2 || shape.length > 4) {
    throw new OwnDataError((t) => t("ownRank", { name: label, shape: shapeText(shape) }));
  }
  const heads = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  return { heads, n: shape.at(-2) ?? 0, width: shape.at(-1) ?? 0, data };
}

/** The chosen tensors as one set of data. @throws OwnDataError */
export function assemble(choice: Choice, name: string): AttentionData {
  if (choice.q === undefined || choice.k === undefined) throw new OwnDataError((t) => t("ownMissing"));
  const [q, k] = [matrices(choice.q), matrices(choice.k)];
  const shapes = { q: shapeText(choice.q.tensor.shape), k: shapeText(choice.k.tensor.shape) };
  if (q.width !== k.width) throw new OwnDataError((t) => t("ownWidth", shapes));
  if (q.data.length === 0 || k.data.length === 0) throw new OwnDataError((t) => t("ownNothing"));
  if (q.heads % k.heads !== 0) throw new OwnDataError((t) => t("ownHeads", { q: q.heads, k: k.heads }));
  const v = choice.v && matrices(choice.v);
  if (v !== undefined && (v.heads !== k.heads || v.n !== k.n)) {
    const shape = shapeText(choice.v?.tensor.shape ?? []);
    throw new OwnDataError((t) => t("ownValues", { v: shape, k: shapes.k }));
  }
  const n = Math.max(q.n, k.n);
  if (n > mostTokens) throw new OwnDataError((t) => t("ownSize", { n, most: mostTokens }));
  const fitting = (tokens: readonly string[] | undefined, count: number): readonly string[] | undefined =>
    tokens?.length === count ? tokens : undefined;
  return {
    name,
    layer: undefined,
    heads: q.heads,
    keyHeads: k.heads,
    nQ: q.n,
    nK: k.n,
    d: q.width,
    dV: v?.width ?? q.width,
    q: q.data,
    k: k.data,
    v: v?.data,
    queryTokens: fitting(choice.q.tokens, q.n),
    keyTokens: fitting(choice.k.tokens, k.n),
    origin: originOf(choice.q, choice.k),
  };
}

function originOf(q: Candidate, k: Candidate): Origin | undefined {
  if (q.tensorName === undefined && k.tensorName === undefined) return { kind: "npy", q: q.file, k: k.file };
  if (q.tensorName === undefined || k.tensorName === undefined || q.file !== k.file) return undefined;
  return { kind: "safetensors", file: q.file, q: q.tensorName, k: k.tensorName };
}
