import { load } from "../../package/external.js";
import { serve } from "../shared/tasks/serve.js";
import { tasks } from "./tasks.js";

// The page hands over the binary, so that it is not carried twice.
serve(tasks, (kernels) => load(kernels === undefined ? {} : { variant: "simd", wasmBinary: kernels }));
