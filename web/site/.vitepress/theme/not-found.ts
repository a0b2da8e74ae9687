/** What stands at an address that no page has. It belongs to neither language, so it speaks both. */
import { h, type FunctionalComponent } from "vue";
import { withBase } from "vitepress";

export const NotFound: FunctionalComponent = () =>
  h("main", { class: "front-door" }, [
    h("h1", "404"),
    h("p", [h("a", { href: withBase("/en/"), lang: "en" }, "There is no such page. To the start")]),
    h("p", [h("a", { href: withBase("/zh/"), lang: "zh-CN" }, "没有这一页。回首页")]),
  ]);
