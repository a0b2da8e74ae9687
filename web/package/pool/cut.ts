import { isOptionsObject } from "../options.js";
import { sizeOf, type Shape } from "../shape.js";
import { floatArray, type Tensor } from "../tensor.js";
import { buffersIn, type Lend, type Task } from "./message.js";
import { targetsOf, withOuts, type CallOuts } from "./outs.js";
import { beginning, put, roomFor, take, type Part, type Piece, type Range } from "./parts.js";
import { byName, copyOf, entriesOf, isTensor } from "./read-call.js";
import { keep } from "./spares.js";

/**
 * How operations are cut. One that is not named runs whole, in one thread, as does a call with an empty input.
 *
 * A rule names the axes of a matrix of each positional tensor, and after ">" those of the result, where it is one
 * tensor; axes with the same letter have one size. Matrices are cut apart, and so are rows:
 *
 * | letter | what it counts |
 * |---|---|
 * | q | the rows that are cut |
 * | k | keys; a part has those that its rows see |
 * | b | keys; every part has them all, and the work is linear in them |
 * | s | keys of a state, half of the work, which every part makes again: rows are cut if there is but one matrix |
 * | . and others | what every part has all of |
 *
 * Other rules are a word, and ">" where the result has the shape of x:
 *
 * | word | what is cut apart |
 * |---|---|
 * | axis | what lies before the first axis that the operation works along |
 * | sum | the same; the second tensor lacks that axis |
 * | sample | what the first axis counts |
 */
const RULES: Readonly<Record<string, string>> = {
  addLayerNorm: "axis",
  addRmsNorm: "axis",
  attention: "q. k. kv >qv",
  attentionBackward: "q. k. k. q.",
  attentionWeights: "q. k. >qk",
  entmax15: "axis >",
  entropy: "axis",
  entropyBackward: "sum",
  groupNorm: "sample >",
  instanceNorm: "sample >",
  l2Norm: "axis >",
  layerNorm: "axis >",
  linearAttention: "q. s. sv >qv",
  linearAttentionBackward: ".. .. .. ..",
  logSoftmax: "axis >",
  logSumExp: "axis",
  logSumExpBackward: "sum",
  matmul: "q. .c >qc",
  matmulBackward: "q. .. q.",
  nystromformer: "a. b. bv >av",
  nystromformerBackward: ".. .. .. ..",
  performer: "q. s. sv >qv",
  performerBackward: ".. .. .. ..",
  performerKernel: "q. k. >qk",
  performerVariance: "q. k. >qk",
  powerTransform: "axis >",
  powerTransformBackward: "",
  rmsNorm: "axis >",
  softmax: "axis >",
  sparseAttention: "q. b. bv >qv",
  sparseAttentionBackward: "q. b. b. q.",
  sparsemax: "axis >",
};

/** Likewise the options that are cut; other tensors among the options are not. */
const OPTIONS: Readonly<Record<string, string>> = { bias: "qk", convKernel: ".", mask: "k" };

/** Arguments by the names that gradients have them by. */
const POSITIONS: Readonly<Record<string, number>> = { q: 0, k: 1, v: 2, a: 0, b: 1, x: 0 };

/** Operations below which a task is not worth the way to a worker and back; above which others wait too long for it. */
const SMALLEST = 8e6;
const LARGEST = 2e9;

/** Entries of a result whose memory is worth a message of its own. */
const WORTH_LENDING = 1 << 14;

/** Queries and keys that no tile of a kernel straddles: without a mask, attention has the same bits, cut or whole. */
const QUERY_BLOCK = 48;
const KEY_BLOCK = 192;
/** Rows that no slice of 256 of a product straddles either: a sum over parts is then that of the whole. */
const SUM_BLOCK = 768;

type Options = Readonly<Record<string, unknown>>;

/** The tasks of a call, each made when it is to be sent, and what is made of their values, which come in that order. */
export interface Plan {
  tasks: readonly ((lend?: Lend) => Task)[];
  /** Whether the tasks together have no more of the inputs than there is. */
  disjoint: boolean;
  /** Whether values are put to their places all at once: outs of a call that fails are as they were. */
  atOnce: boolean;
  put: (value: unknown, index: number) => void;
  result: () => unknown;
}

/** At most `count` ranges of about equal weight. */
function shares(weights: readonly number[], count: number): Range[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const ranges: Range[] = [];
  let [from, sum] = [0, 0];
  weights.forEach((weight, i) => {
    sum += weight;
    if (sum * count < total * (ranges.length + 1) && i + 1 < weights.length) return;
    ranges.push([from, i + 1]);
    from = i + 1;
  });
  return ranges;
}

/** Cuts a call, whose inputs have been checked, for so many threads; its results are put into `outs`, or are new. */
export function cut(operation: string, args: readonly unknown[], threads: number, outs: CallOuts): Plan {
  const atOnce = outs.length > 0;
  const tensors = args.filter(isTensor);
  const options = (args[tensors.length] ?? {}) as Options;
  const rule = RULES[operation] ?? RULES[operation.replace("Backward", "")]?.replace(" >", "");
  const [first, second] = tensors;
  if (!rule || !first || tensors.some(({ shape }) => sizeOf(shape) === 0)) {
    let result: unknown;
    const put = (value: unknown): void => {
      for (const [name, target] of Object.entries(targetsOf(operation, outs)))
        target.set((byName(value)[name] as Tensor).data);
      result = withOuts(outs, value);
    };
    return {
      tasks: [() => [operation, ...args.map(copyOf)]],
      disjoint: true,
      atOnce,
      put,
      result: () => result,
    };
  }

  // 1. What the axes count.
  const rank = first.shape.length;
  // A part's leading axes are one: axes are counted from the end.
  const ends = ([options.axis ?? -1].flat() as number[]).map((axis) => (axis < 0 ? axis : axis - rank));
  const along = ".".repeat(rule.startsWith("sample") ? rank - 1 : -Math.min(...ends));
  const byRows = !rule.includes(".");
  const ofX = [along, rule === "sum" ? along.slice(1) : along, along, rule.endsWith(">") ? `>${along}` : along];
  // Every part has all of the factor whose rows or columns are not cut: that is the smaller one.
  const byColumns = operation === "matmul" && second?.shape.length === 2 && sizeOf(second.shape) > sizeOf(first.shape);
  const turned = [options.transposeA, options.transposeB];
  const kinds = byRows
    ? ofX
    : (byColumns ? "c. .q >cq" : rule)
        .split(" ")
        .map((kind, at) => (turned[at] ? kind.replace(/(.)(.)/, "$2$1") : kind));
  const [axes = "", others = ""] = kinds;
  const leading = first.shape.slice(0, -axes.length);
  const inner = first.shape.slice(-axes.length);
  const matrices = sizeOf(leading);
  const byState = others.startsWith("s");
  const seesKeys = others.startsWith("k");
  const keys = second?.shape.at(-2) ?? 1;
  const sizes: Record<string, number> = { k: keys };
  tensors.forEach(({ shape }, i) => {
    const letters = kinds[i] ?? "";
    Array.from(letters).forEach((letter, at) => (sizes[letter] ??= shape.at(at - letters.length) ?? 1));
  });
  const { q: queries = 1 } = sizes;
  const cutsRows = "q" in sizes && !(byState && (matrices > 1 || options.causal === true));
  const placeOf = (shape: Shape, letters: string): Omit<Piece, "data"> => {
    // An axis of another size is 1 and broadcasts.
    const own = shape.slice(-letters.length);
    const fitting = Array.from(letters, (letter, i) => (own[i] === sizes[letter] ? letter : "."));
    return { shape, leading, axes: fitting.join("") };
  };
  const pieceOf = (tensor: Tensor, letters: string): Piece => ({
    ...placeOf(tensor.shape, letters),
    data: entriesOf(tensor),
  });

  // 2. The keys that rows of queries see, which end where the last of them stands or as much further as it sees.
  const aligned = keys - queries;
  const [left, wide = left] = [options.window ?? Infinity].flat() as [number, number?];
  const right = options.causal === true ? 0 : wide;
  const keysOf = ([begin, end]: Range): Range | undefined => {
    if (!seesKeys) return undefined;
    const to = Math.max(0, Math.min(keys, end + aligned + right));
    const from = Math.floor((begin + aligned - left) / KEY_BLOCK) * KEY_BLOCK;
    return [Math.max(0, Math.min(from, to)), to];
  };

  // 3. The parts: whole matrices where they share out evenly, else rows too.
  const block = cutsRows ? (operation === "matmulBackward" ? SUM_BLOCK : QUERY_BLOCK) : queries;
  const rowsOf = ([from, to]: Range): Range => [from * block, Math.min(queries, to * block)];
  const depth = inner.at(-1) ?? 1;
  const cost = byRows
    ? 16 * sizeOf(inner)
    : // What is linear in the keys: some hundred operations for each of their entries.
      (cutsRows && !/^[bs]/.test(others) ? 2 : 512 / queries) *
      (seesKeys ? depth * tensors.length : sizeOf(byColumns ? inner : (second?.shape.slice(-2) ?? [])));
  const weights = Array.from({ length: Math.ceil(queries / block) }, (_, i) => {
    const rows = rowsOf([i, i + 1]);
    const [from, to] = keysOf(rows) ?? [0, 1];
    return (rows[1] - rows[0]) * (to - from) * cost;
  });
  const work = matrices * weights.reduce((sum, weight) => sum + weight, 0);
  const useful = Math.max(1, Math.min(threads, Math.floor(work / SMALLEST)));
  const wanted = useful * Math.ceil(work / useful / LARGEST);
  // How many cuts by rows give each thread as many parts as the others.
  const most = byColumns ? 1 : matrices;
  let even = 1;
  while (most < 4 * useful && (most * even) % useful > 0) even++;
  const rows = shares(weights, Math.min(byState ? useful : 4 * useful, Math.max(even, Math.ceil(wanted / most)))).map(
    rowsOf,
  );
  const groups = shares(Array<number>(matrices).fill(1), rows.length > 1 ? most : Math.min(wanted, most));
  const parts = groups.flatMap((m) => rows.map((q): Part => (cutsRows ? { m, q, k: keysOf(q) } : { m })));

  // 4. The result: its place, if the shape is known; memory for it, if it is put together of parts.
  const letters = kinds.at(-1)?.split(">")[1];
  const shape = [...leading, ...(byRows ? inner : Array.from(letters ?? "", (letter) => sizes[letter] ?? 1))];
  const known = letters ? { shape, leading, axes: letters } : undefined;
  const whole = known &&
    parts.length > 1 && { ...known, data: floatArray(operation, "out", atOnce ? 0 : sizeOf(shape)) };

  // 5. Their arguments.
  const lettersOf = (name: string, { shape }: Tensor): string =>
    name === "dSum" ? axes : (OPTIONS[name] ?? ".".repeat(shape.length));
  const optionsFor = (part: Part, lend?: Lend): Options => {
    const own: Record<string, unknown> = {};
    if (whole) {
      const start = atOnce ? undefined : beginning(whole, part);
      own.out = start ?? roomFor(whole, part);
      // New memory goes to the worker of the first part, which gets its inputs before the others.
      if (start && lend && whole.data.length >= WORTH_LENDING) {
        lend(whole.data.buffer);
        own.out = { shape: start.shape };
      }
    }
    for (const [key, given] of Object.entries(options)) {
      const value = key === "mask" && given !== undefined ? maskTensor(given, leading, keys) : given;
      own[key] = isTensor(value) ? take(pieceOf(value, lettersOf(key, value)), part) : copyOf(value);
    }
    // A part's keys are taken one by one for its queries.
    own.groupedHeads = undefined;
    if (own.axis !== undefined) own.axis = Array.isArray(own.axis) ? ends : ends[0];
    if (isOptionsObject(own.scale) && own.scale.n === "global") own.scale.n = Math.max(1, keys);
    if (part.k && part.q && own.window !== undefined) {
      // The part's last query stands at its last key; where the part has keys beyond that, it sees so much less far.
      const beyond = part.k[1] - part.q[1] - aligned;
      own.window = [left + beyond, Math.max(0, wide - beyond)];
    }
    return own;
  };
  // Whether no two groups of matrices share entries of it.
  const isApart = (value: unknown): boolean =>
    !isTensor(value) || (value.shape.length === rank && leading.every((size, axis) => value.shape[axis] === size));
  const tasks = parts.map((part) => (lend?: Lend): Task => {
    const own = optionsFor(part, lend);
    return [
      operation,
      ...tensors.map((tensor, i) => take(pieceOf(tensor, kinds[i] ?? axes), part)),
      own,
      part.q && queries - part.q[1],
    ];
  });

  // 6. Their values, put together: a gradient has the place of its input.
  const results: Record<string, Tensor> = {};
  let targets: Record<string, Float32Array> = {};
  const putOne = (name: string, { data, shape: own }: Tensor, index: number): void => {
    const at = POSITIONS[name.slice(1)] ?? -1;
    const input = (tensors[at] ?? options[name.slice(1)]) as Tensor | undefined;
    const inner = own.slice(leading.length > 0 ? 1 : 0);
    const place = input
      ? placeOf(input.shape, kinds[at] ?? lettersOf(name.slice(1), input))
      : (known ?? { shape: [...leading, ...inner], leading, axes: ".".repeat(inner.length) });
    const size = sizeOf(place.shape);
    const alone = parts.length === 1 && data.length === size;
    const adds = Boolean(input && !alone);
    const target = targets[name];
    if (!results[name]) {
      // What has all of the result, or memory for it, becomes it.
      const isWhole = !target && !adds && data.buffer.byteLength === 4 * size;
      const fresh = (): Float32Array =>
        isWhole ? new Float32Array(data.buffer) : whole ? whole.data : floatArray(operation, "out", size);
      results[name] = { data: target ?? fresh(), shape: [...place.shape] };
      if (isWhole) return;
      // A part has no entries for keys that none of its queries see.
      if (adds || place.axes.includes("k")) target?.fill(0);
    }
    put({ ...place, data: results[name].data }, parts[index] as Part, data, adds);
    keep(buffersIn(data));
  };
  return {
    tasks,
    disjoint: rows.length === 1 && [...tensors, options.bias].every(isApart),
    atOnce,
    put(value, index) {
      // With outs, all values are put at once.
      if (index === 0) targets = targetsOf(operation, outs);
      for (const [name, tensor] of Object.entries(byName(value))) if (tensor) putOne(name, tensor, index);
    },
    result: () => withOuts(outs, results),
  };
}

/** A mask as bytes with a shape. */
function maskTensor(mask: unknown, leading: Shape, keys: number): Tensor {
  const shaped = isTensor(mask);
  const data = (shaped ? mask.data : mask) as ArrayLike<number>;
  const outer = shaped ? mask.shape.slice(0, -1) : data.length === keys ? [] : leading;
  return { data: Uint8Array.from(data) as unknown as Float32Array, shape: [...outer, keys] };
}
