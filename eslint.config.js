// Lint rules. TypeScript is checked with its types, under the strictest of typescript-eslint's rule sets; the tools and
// other plain scripts are checked without.

import eslint from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores([
    "build/",
    "dist/",
    ".toolchain/",
    "web/site/.vitepress/cache/",
    "web/site/.vitepress/dist/",
    "**/node_modules/",
    // Compiled by a test in a project of its own, outside this one.
    "tests/pack/project/*.ts",
  ]),
  eslint.configs.recommended,
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers are what this project prints.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // An arrow function that only calls is clear without braces.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // It asks for `!`, which the strict rules forbid.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ["tools/**/*.mjs", "tests/**/*.{js,mjs}", "*.{js,ts}"],
    languageOptions: { globals: globals.node },
  },
  {
    files: ["tests/browser/pages/**/*.js"],
    languageOptions: { globals: globals.browser },
  },
  {
    // What Emscripten's compiler gives, and what is in the glue that it writes.
    files: ["bindings/*.js"],
    languageOptions: {
      globals: Object.fromEntries(
        [
          ...["HEAPU32", "HEAPU8", "LibraryManager", "Module", "WebAssembly", "addToLibrary", "readers"],
          ...["wasmMemory", "wasmTable"],
        ].map((name) => [name, "readonly"]),
      ),
    },
  },
  {
    files: ["benchmarks/**/*.{js,mjs}"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
);
