import type { Call } from "./engine.js";
import { readOperand, readOut } from "./operand.js";
import type { Resident } from "./resident.js";
import type { Tensor } from "./tensor.js";

/**
 * The short way of attention for its commonest call, which is over before the general way has read the options: one matrix
 * of each kind, and no options but `causal` and `out`. What it gives is the same, bit for bit. It gives `undefined`, and has
 * written nothing, wherever it finds anything else or something goes wrong: the general way alone knows what is refused, and
 * in which words.
 */
export function attendAtOnce(
  call: Call,
  qValue: unknown,
  kValue: unknown,
  vValue: unknown,
  options: unknown = {},
): Tensor | Resident | undefined {
  if ((options as object | null)?.constructor !== Object) return undefined;
  const given = options as Readonly<Record<string, unknown>>;
  const { causal = false, out } = given;
  if (typeof causal !== "boolean") return undefined;
  for (const key in given) if (key !== "causal" && key !== "out" && given[key] !== undefined) return undefined;
  try {
    const q = readOperand(call, "q", qValue);
    const k = readOperand(call, "k", kValue);
    const v = readOperand(call, "v", vValue);
    const shape = [...q.shape];
    const rank = shape.length;
    const nQ = shape[rank - 2] as number;
    const d = shape[rank - 1] as number;
    const nK = k.shape[rank - 2] as number;
    const dV = v.shape[rank - 1] as number;
    // Equal ranks, and no entries but these: all leading axes are 1.
    const fits =
      k.shape.length === rank &&
      v.shape.length === rank &&
      k.shape[rank - 1] === d &&
      v.shape[rank - 2] === nK &&
      nQ * d === q.size &&
      nK * d === k.size &&
      nK * dV === v.size &&
      q.size * v.size > 0;
    if (!fits) return undefined;
    shape[rank - 1] = dV;
    const { given: target } = readOut(call, out, shape, [{ operand: q }, { operand: k }, { operand: v }]);

    const { heap, kernels } = call.engine;
    const size = nQ * dV;
    const slots = call.engine.stage(call.operation, [
      q.slotBytes,
      k.slotBytes,
      v.slotBytes,
      target ? target.operand.slotBytes : 4 * size,
      kernels.attentionWorkspace(nQ, nK, d, dV),
    ]) as [number, number, number, number, number];
    const place = target?.operand.pointer ?? 0;
    const at = place === 0 ? slots[3] : place;
    const scale = 1 / Math.sqrt(d);
    const right = causal ? 0 : -1;
    const qAt = q.at(slots[0]);
    const kAt = k.at(slots[1]);
    const vAt = v.at(slots[2]);
    kernels.attention(qAt, kAt, vAt, at, nQ, nK, d, dV, scale, false, 0, 0, 0, 0, -1, right, slots[4]);
    if (!target) return { data: heap.floats.slice(at / 4, at / 4 + size), shape };
    if (place === 0) target.operand.store(at, 0, size);
    return target.value;
  } catch {
    return undefined;
  }
}
