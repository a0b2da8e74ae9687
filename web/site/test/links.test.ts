import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { anchors, links, pageNames, pageSource, prose, root, site } from "./pages.js";

/** The Markdown file that a relative link of a page leads to, and the anchor in it. */
function target(page: string, link: string): { file: string; anchor: string } {
  const [path = "", anchor = ""] = link.split("#");
  if (path === "") return { file: page, anchor };
  const joined = posix.join(posix.dirname(page), path);
  return { file: /\.\w+$/.test(joined) ? joined : `${joined.replace(/\/$/, "/index")}.md`, anchor };
}

const isExternal = (link: string): boolean => /^[a-z]+:/.test(link);

describe.each(
  (["en", "zh"] as const).flatMap((language) => pageNames(language).map((name) => [language, name] as const)),
)("%s/%s", (language, name) => {
  const source = pageSource(language, name);

  it.each(links(source).filter((link) => !isExternal(link)))("leads somewhere with %s", (link) => {
    const { file, anchor } = target(`${language}/${name}.md`, link);
    expect(existsSync(`${site}${file}`), file).toBe(true);
    expect(file.startsWith(`${language}/`), "stays within the language").toBe(true);
    if (anchor !== "") expect(anchors(readFileSync(`${site}${file}`, "utf8"))).toContain(anchor);
  });

  it("leads to other hosts by https only", () => {
    expect(links(source).filter((link) => isExternal(link) && !link.startsWith("https:"))).toEqual([]);
  });
});

describe.each(["README.md", "README.zh-CN.md", "CHANGELOG.md", "THIRD_PARTY_NOTICES.md"])("%s", (name) => {
  const text = prose(readFileSync(`${root}${name}`, "utf8"));
  const images = [...text.matchAll(/\bsrc(?:set)?="([^"]+)"/g)].map((match) => match[1] ?? "");

  it("leads to files that exist", () => {
    const relative = [...links(text), ...images].filter((link) => !isExternal(link) && !link.startsWith("#"));
    expect(relative.filter((link) => !existsSync(`${root}${link.replace(/#.*/, "")}`))).toEqual([]);
  });
});
