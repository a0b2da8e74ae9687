import { loadKernels } from "../shared/kernels/source.js";
import { serve } from "../shared/tasks/serve.js";
import { tasks } from "./tasks.js";

serve(tasks, loadKernels);
