import type { DefaultTheme, LocaleConfig } from "vitepress";

export const zh: LocaleConfig<DefaultTheme.Config>[string] = {
  label: "简体中文",
  lang: "zh-CN",
  link: "/zh/",
  description: "浏览器里的精确注意力：WebAssembly SIMD 内核，以及把原理演示出来的交互图。",
  themeConfig: {
    nav: [
      { text: "注意力", link: "/zh/attention" },
      { text: "使用", link: "/zh/guide/use-in-javascript", activeMatch: "/zh/guide/" },
      { text: "参考", link: "/zh/reference" },
    ],
    sidebar: [
      {
        text: "文章",
        items: [
          { text: "注意力与它的缩放", link: "/zh/attention" },
          { text: "熵与文本长度", link: "/zh/entropy-scale" },
          { text: "概率分布的熵归一化", link: "/zh/entropy" },
          { text: "激活值的归一化", link: "/zh/norms" },
          { text: "Performer：随机投影", link: "/zh/performer" },
          { text: "Nyströmformer：矩阵分解", link: "/zh/nystromformer" },
          { text: "线性注意力", link: "/zh/linear" },
          { text: "稀疏注意力", link: "/zh/sparse" },
          { text: "几种便宜的注意力的对比", link: "/zh/compare" },
        ],
      },
      {
        text: "指南",
        items: [
          { text: "在 JavaScript 中使用", link: "/zh/guide/use-in-javascript" },
          { text: "嵌入网页", link: "/zh/guide/embed" },
          { text: "用你自己的模型", link: "/zh/guide/your-own-model" },
        ],
      },
      {
        text: "查阅",
        items: [
          { text: "性能测试", link: "/zh/benchmark" },
          { text: "接口参考", link: "/zh/reference" },
          { text: "第三方声明", link: "/zh/notices" },
        ],
      },
    ],
    outline: { level: [2, 3], label: "本页目录" },
    docFooter: { prev: "上一页", next: "下一页" },
    darkModeSwitchLabel: "外观",
    lightModeSwitchTitle: "切换到浅色",
    darkModeSwitchTitle: "切换到深色",
    sidebarMenuLabel: "菜单",
    returnToTopLabel: "回到顶部",
    langMenuLabel: "切换语言",
    skipToContentLabel: "跳到正文",
  },
};

/** What the search box says on Chinese pages. */
export const zhSearch = {
  translations: {
    button: { buttonText: "搜索", buttonAriaLabel: "搜索" },
    modal: {
      displayDetails: "显示详情",
      resetButtonTitle: "清除",
      backButtonTitle: "关闭",
      noResultsText: "没有找到：",
      footer: {
        selectText: "打开",
        selectKeyAriaLabel: "回车键",
        navigateText: "移动",
        navigateUpKeyAriaLabel: "上箭头",
        navigateDownKeyAriaLabel: "下箭头",
        closeText: "关闭",
        closeKeyAriaLabel: "Esc 键",
      },
    },
  },
};
