/**
 * Links that set a widget's state, `[no scale](#explorer){data-attn-set="scale=none"}`, are handled by the theme
 * (theme/explorers.ts). The class tells VitePress's router to leave them alone.
 */
import type { MarkdownRenderer } from "vitepress";

/** A markdown-it plugin. */
export function stateLinks(md: MarkdownRenderer): void {
  md.core.ruler.push("state_links", (state) => {
    for (const token of state.tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type === "link_open" && token.attrGet("data-attn-set") !== null) token.attrJoin("class", "vp-raw");
    }
  });
}
