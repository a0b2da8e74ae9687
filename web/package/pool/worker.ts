// The program of a worker as a file: see by-address.ts.
import { serve } from "./serve.js";

serve();
