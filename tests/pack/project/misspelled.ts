// A reader's typing error, which must not compile.
import { load } from "attnlab";

const lab = await load();
const x = lab.tensor([1, 0], [1, 2]);
lab.attention(x, x, x, { casual: true });
