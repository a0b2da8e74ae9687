import { expect, it } from "vitest";
import { embedCode } from "./embed-code.js";
import { choice, flag, whole } from "./state.js";

const schema = { scale: choice(["none", "sqrt"], "sqrt"), layer: whole(3, 1), causal: flag() };

it("writes what differs from the defaults as attributes, and a sentence for readers without JavaScript", () => {
  const code = embedCode({
    tag: "attn-explorer",
    schema,
    state: { scale: "none", layer: 3, causal: true },
    script: "https://example.org/attn-explorer.js",
    fallback: 'Which "words" & why?',
    permalink: "https://example.org/#attn-explorer.state=layer:3",
  });
  expect(code).toBe(
    [
      '<script type="module" src="https://example.org/attn-explorer.js"></script>',
      '<attn-explorer scale="none" causal>',
      '  <p><a href="https://example.org/#attn-explorer.state=layer:3">Which &quot;words&quot; &amp; why?</a></p>',
      "</attn-explorer>",
      "",
    ].join("\n"),
  );
});
