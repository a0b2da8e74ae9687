/**
 * Finding and starting Chromium. Shared by the browser tests and by the benchmarks.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const COMMANDS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const FIXED_PLACES = [
  "/usr/bin/chromium",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** What the address bar prepares, in a process of its own, for every window: twice the work of the page under test. */
const ADDRESS_BAR = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"];

/** What playwright turns off, as far as it is about such pages: Chromium heeds the last list of features only. */
const LIKE_PLAYWRIGHT = [
  "AimEnabled",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "ThirdPartyStoragePartitioning",
];

/**
 * Switches that keep Chromium quiet: no service of its own talks to the network, and no name but that of the
 * loopback interface resolves, so that a page that asks another host for anything fails visibly.
 */
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--disable-features=${[...ADDRESS_BAR, ...LIKE_PLAYWRIGHT].join()}`,
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The path of a Chromium-like browser: `CHROME_PATH`, then the usual commands on PATH, then the usual places, then
 * the browser that playwright itself installed.
 *
 * @returns {string}
 * @throws {Error} when there is none, saying what to install; also when CHROME_PATH names no executable file.
 */
export function findChromium() {
  const named = process.env["CHROME_PATH"];
  if (named) {
    if (!isExecutable(named)) throw new Error(`CHROME_PATH is ${named}, which is not an executable file`);
    return named;
  }
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const candidates = [
    ...COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command))),
    ...FIXED_PLACES,
    chromium.executablePath(),
  ];
  const found = candidates.find((candidate) => candidate && isExecutable(candidate));
  if (!found) throw new Error("no Chromium found: install it (apt-get install chromium) or set CHROME_PATH");
  return found;
}

/** @returns {Promise<import("playwright-core").Browser>} */
export function launchChromium() {
  return chromium.launch({ executablePath: findChromium(), args: FLAGS });
}
