/** The machine's own source of Debian packages, rewritten for another release. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sourceForRelease } from "../../tools/lib/apt.mjs";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "attnlab-apt-"));
  mkdirSync(join(folder, "sources.list.d"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const write = (path: string, ...lines: string[]) => {
  writeFileSync(join(folder, path), `${lines.join("\n")}\n`);
};

const rewritten = () => sourceForRelease("trixie", "bookworm", folder);

describe("stanzas", () => {
  test("the first one for the machine's release is taken, with its keys and nothing else changed", () => {
    write(
      "sources.list.d/debian.sources",
      "Types: deb deb-src",
      "# a remark",
      "URIs: http://mirror.invalid/debian",
      "Suites: bookworm bookworm-updates",
      "Components: main",
      "Signed-By: /usr/share/keyrings/debian.gpg",
      "",
      "Types: deb",
      "URIs: http://mirror.invalid/debian-security",
      "Suites: bookworm-security",
    );
    expect(rewritten()).toEqual({
      extension: "sources",
      text: [
        "Types: deb",
        "URIs: http://mirror.invalid/debian",
        "Suites: trixie",
        "Components: main",
        "Signed-By: /usr/share/keyrings/debian.gpg",
        "",
      ].join("\n"),
    });
  });

  test("other people's packages and sources that are switched off are passed over", () => {
    write("sources.list.d/a.sources", "Types: deb", "URIs: http://other.invalid", "Suites: nodistro");
    write("sources.list.d/b.sources", "Types: deb", "URIs: http://off.invalid", "Suites: bookworm", "Enabled: no");
    write("sources.list.d/c.sources", "Types: deb-src", "URIs: http://source.invalid", "Suites: bookworm");
    expect(rewritten()).toBeUndefined();
  });
});

describe("lines", () => {
  test("options and components are kept", () => {
    write(
      "sources.list",
      "# deb http://old.invalid/debian bookworm main",
      "deb-src http://mirror.invalid/debian bookworm main",
      "deb http://mirror.invalid/debian-security bookworm-security main",
      "deb [arch=amd64 signed-by=/usr/share/keyrings/debian.gpg] http://mirror.invalid/debian bookworm main contrib",
    );
    expect(rewritten()).toEqual({
      extension: "list",
      text: "deb [arch=amd64 signed-by=/usr/share/keyrings/debian.gpg] http://mirror.invalid/debian trixie main contrib\n",
    });
  });

  test("a source may name its release by its state", () => {
    write("sources.list.d/debian.list", "deb http://mirror.invalid/debian stable main");
    expect(rewritten()?.text).toBe("deb http://mirror.invalid/debian trixie main\n");
  });
});
