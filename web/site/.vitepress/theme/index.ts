import type { DefaultTheme, SiteData, Theme } from "vitepress";
import BaseTheme from "vitepress/theme-without-fonts";
import { defineComponent, h } from "vue";
import { miniSearch } from "../search/options.js";
import { BenchmarkLosses, BenchmarkTable } from "./benchmark/table.js";
import { useExplorers } from "./explorers.js";
import { useLanguageChoice } from "./language-choice.js";
import { useLiveNumbers } from "./live-numbers.js";
import { NotFound } from "./not-found.js";
import { ReturnToText } from "./return-to-text.js";
import "./style.css";
import "./widgets.css";
import "./benchmark/table.css";

const Layout = defineComponent(() => {
  useExplorers();
  useLanguageChoice();
  useLiveNumbers();
  return () => h(BaseTheme.Layout, null, { "not-found": () => h(NotFound), "layout-bottom": () => h(ReturnToText) });
});

/** Functions cannot travel in the site data (see search/options.ts), so the search's own join it here. */
function withSearchFunctions(site: SiteData<DefaultTheme.Config>): SiteData<DefaultTheme.Config> {
  const { search } = site.themeConfig;
  if (search?.provider !== "local") return site;
  const options = { ...search.options, miniSearch };
  return { ...site, themeConfig: { ...site.themeConfig, search: { ...search, options } } };
}

const theme: Theme = {
  extends: BaseTheme,
  Layout,
  enhanceApp({ app, siteData }) {
    app.component("BenchmarkTable", BenchmarkTable);
    app.component("BenchmarkLosses", BenchmarkLosses);
    siteData.value = withSearchFunctions(siteData.value as SiteData<DefaultTheme.Config>);
  },
};

export default theme;
