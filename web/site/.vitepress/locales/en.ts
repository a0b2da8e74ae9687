import type { DefaultTheme, LocaleConfig } from "vitepress";

export const en: LocaleConfig<DefaultTheme.Config>[string] = {
  label: "English",
  lang: "en",
  link: "/en/",
  themeConfig: {
    nav: [
      { text: "Attention", link: "/en/attention" },
      { text: "Use it", link: "/en/guide/use-in-javascript", activeMatch: "/en/guide/" },
      { text: "Reference", link: "/en/reference" },
    ],
    sidebar: [
      {
        text: "Articles",
        items: [
          { text: "Attention and its scale", link: "/en/attention" },
          { text: "Entropy and length", link: "/en/entropy-scale" },
          { text: "Entropy normalization", link: "/en/entropy" },
          { text: "Norms", link: "/en/norms" },
          { text: "Performer", link: "/en/performer" },
          { text: "Nyströmformer", link: "/en/nystromformer" },
          { text: "Linear attention", link: "/en/linear" },
          { text: "Sparse attention", link: "/en/sparse" },
          { text: "Cheaper attentions compared", link: "/en/compare" },
        ],
      },
      {
        text: "Guides",
        items: [
          { text: "Use in JavaScript", link: "/en/guide/use-in-javascript" },
          { text: "Embed in a page", link: "/en/guide/embed" },
          { text: "Your own model", link: "/en/guide/your-own-model" },
        ],
      },
      {
        text: "Look up",
        items: [
          { text: "Benchmark", link: "/en/benchmark" },
          { text: "Reference", link: "/en/reference" },
          { text: "Third-party notices", link: "/en/notices" },
        ],
      },
    ],
    outline: { level: [2, 3], label: "On this page" },
  },
};
