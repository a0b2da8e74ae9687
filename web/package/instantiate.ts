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

const engines = new WeakMap<Lab, Engine>();

/** The engine of a lab, for those who need more of the kind. */
export const engineOf = (lab: Lab): Engine => engines.get(lab) as Engine;

/** Makes an instance of compiled kernels. */
export const makeEngine = async (module: WebAssembly.Module): Promise<Engine> =>
  new Engine(await connect(module), module);

/** Makes an instance of compiled kernels, warms them, and sees that they compute rightly. LOAD errors name `argument`. */
export async function instantiate(module: WebAssembly.Module, argument: string): Promise<Lab> {
  const engine = await makeEngine(module).catch((cause: unknown) =>
    refuseLoad(argument, "could not be instantiated", "the kernels of this version of attnlab", cause),
  );
  const lab = createLab(engine, engine.kernels.usesRelaxedSimd() ? "relaxed" : "simd");
  engines.set(lab, engine);
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
