import createKernels from "../../build/wasm-simd/attnlab.js";
import { Engine } from "./engine.js";
import { AttnlabError } from "./errors.js";
import type { Kernels } from "./heap.js";
import { wrongAnswers } from "./known-answers.js";
import { createLab, type Lab } from "./lab.js";
import { warmUp } from "./warm-up.js";

/** Throws a LOAD error: `load: wasmUrl … `. */
export function refuseLoad(argument: string, actual: string, expected: string, cause?: unknown): never {
  const message = `load: ${argument} ${actual}, expected ${expected}`;
  throw new AttnlabError({ code: "LOAD", operation: "load", argument, expected, actual, message, cause });
}

/** What a lab is made of, for those who make more like it. */
const parts = new WeakMap<Lab, { engine: Engine; module: WebAssembly.Module }>();

export const partsOf = (lab: Lab): { engine: Engine; module: WebAssembly.Module } =>
  parts.get(lab) as { engine: Engine; module: WebAssembly.Module };

/** Makes an instance of compiled kernels, as it comes. */
export async function connectLab(module: WebAssembly.Module): Promise<Lab> {
  const kernels = await connect(module);
  const engine = new Engine(kernels);
  const lab = createLab(engine, kernels.usesRelaxedSimd() ? "relaxed" : "simd");
  parts.set(lab, { engine, module });
  return lab;
}

/** Makes an instance of compiled kernels, warms them, and sees that they compute rightly. LOAD errors name `argument`. */
export async function instantiate(module: WebAssembly.Module, argument: string): Promise<Lab> {
  const lab = await connectLab(module).catch((cause: unknown) =>
    refuseLoad(argument, "could not be instantiated", "the kernels of this version of attnlab", cause),
  );
  // First, so that the engine compiles the kernels well in the background while the answers are looked at.
  warmUp(lab);
  const wrong = wrongAnswers(lab);
  if (wrong.length > 0) {
    refuseLoad(argument, `computes wrong numbers in this engine (${wrong.join(", ")})`, "the known answers");
  }
  return lab;
}

/** Emscripten's glue around an instance of the module. */
function connect(module: WebAssembly.Module): Promise<Kernels> {
  return new Promise((resolve, reject) => {
    const instantiateWasm = (
      imports: WebAssembly.Imports,
      receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): object => {
      WebAssembly.instantiate(module, imports)
        .then((instance) => {
          receive(instance, module);
        })
        // The glue does not look at what happens in here.
        .catch(reject);
      return {};
    };
    createKernels({ instantiateWasm }).then(resolve, reject);
  });
}
