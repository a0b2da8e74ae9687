/** The front door `/` goes to the reader's language; both languages are linked there for browsers without JavaScript. */
import { onMounted } from "vue";
import { useData, withBase } from "vitepress";

/** "zh" if Chinese comes before English among the preferred languages, else "en". */
export function preferredLanguage(languages: readonly string[]): "en" | "zh" {
  const first = languages.find((language) => /^(en|zh)\b/i.test(language));
  return first?.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** For the set-up of the layout. */
export function useLanguageChoice(): void {
  const { page } = useData();
  onMounted(() => {
    if (page.value.relativePath === "index.md")
      location.replace(withBase(`/${preferredLanguage(navigator.languages)}/`));
  });
}
