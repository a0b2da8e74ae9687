// Fetches Emscripten where the machine has none: Debian 13's package, unpacked into .toolchain without being installed.
//
// Debian 12's own package is too old (its LLVM has draft relaxed-SIMD instructions). Debian 13's is architecture
// independent (Python, JavaScript and a ready sysroot) and works with the clang-19 that Debian 12 has. It is fetched by
// apt-get, which checks its signature, with folders of our own: the machine's list of sources stays as it is.

import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { operatingSystem, sourceForRelease } from "./apt.mjs";
import { ask, emptyLog, findCommand, mustRun } from "./command.mjs";
import { fromRoot, toolchainFolder } from "./paths.mjs";
import { Problem, step } from "./report.mjs";
import { emscriptenInToolchain, oldestEmscripten, privateConfig, privateEmscripten } from "./toolchain.mjs";

const release = "trixie";
const log = fromRoot("build", "logs", "setup-emscripten.log");

const byHand =
  `Install Emscripten ${oldestEmscripten.join(".")} or newer so that \`emcc\` is on PATH:\n` +
  "follow https://emscripten.org/docs/getting_started/downloads.html, or use your distribution's package.";

/**
 * Whether this is a machine on which the package can be fetched.
 * @returns {boolean}
 */
export function canFetchEmscripten() {
  return operatingSystem().ID === "debian" && findCommand("apt-get") !== undefined && findCommand("dpkg") !== undefined;
}

/**
 * Fetches and unpacks Emscripten unless that is done already, and writes its configuration. Needs no root.
 * @throws {Problem} When this is not Debian, or the package cannot be fetched.
 */
export async function providePrivateEmscripten() {
  if (!existsSync(join(privateEmscripten, "emscripten-version.txt"))) {
    const source = findSource();
    const what = "Fetching Emscripten from Debian 13's packages (237 MB, 1.6 GB unpacked; 1 to 5 minutes)";
    await step(what, () => fetchEmscripten(source));
  }
  writeConfig();
}

/**
 * Sees that the unpacked Emscripten runs. To be called when Python is there.
 * @throws {Problem} When it does not.
 */
export function verifyPrivateEmscripten() {
  const emscripten = emscriptenInToolchain();
  const env = { ...process.env, EM_CONFIG: privateConfig };
  const { ok, stderr } = ask(emscripten?.command ?? "emcc", ["--version"], { env });
  if (!ok) {
    const remedy = `Remove the folder .toolchain and try again. If that does not help:\n${byHand}\n${stderr}`;
    throw new Problem("The unpacked Emscripten does not run.", remedy);
  }
}

/** @returns {{ extension: string, text: string }} */
function findSource() {
  if (!canFetchEmscripten()) {
    throw new Problem("No suitable Emscripten was found, and it can be fetched only on Debian.", byHand);
  }
  const source = sourceForRelease(release, operatingSystem().VERSION_CODENAME ?? "");
  if (source === undefined) {
    throw new Problem("No source of Debian's packages was found in /etc/apt to fetch Emscripten from.", byHand);
  }
  return source;
}

/** @param {{ extension: string, text: string }} source */
async function fetchEmscripten(source) {
  emptyLog(log);
  const work = join(toolchainFolder, "fetching");
  rmSync(work, { recursive: true, force: true });
  for (const folder of ["sources", "lists/partial", "cache/archives/partial", "download", "unpacked"]) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  writeFileSync(join(work, "sources", `attnlab.${source.extension}`), source.text);

  const options = [
    "Dir::Etc::SourceList=/dev/null",
    `Dir::Etc::SourceParts=${join(work, "sources")}`,
    `Dir::State::Lists=${join(work, "lists")}`,
    `Dir::Cache=${join(work, "cache")}`,
    "Acquire::Languages=none",
    "Acquire::Retries=3",
    // The sandbox user _apt may not enter our folder; for other users the option means nothing.
    ...(process.getuid?.() === 0 ? ["APT::Sandbox::User=root"] : []),
  ].flatMap((option) => ["-o", option]);

  const where = { log, cwd: join(work, "download") };
  const env = { ...process.env, LC_ALL: "C" };
  try {
    // A source that cannot be reached must be an error: apt-get would otherwise only warn and use no list at all.
    await mustRun(
      "Reading Debian 13's package list",
      "apt-get",
      [...options, "-o", "APT::Update::Error-Mode=any", "update"],
      {
        ...where,
        env,
      },
    );
    await mustRun("Downloading Emscripten", "apt-get", [...options, "download", "emscripten"], { ...where, env });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(
      "Emscripten could not be fetched.",
      `Is the network reachable? Otherwise:\n${byHand}\n${error.remedy}`,
    );
  }

  const archive = readdirSync(where.cwd).find((name) => name.endsWith(".deb"));
  if (archive === undefined) throw new Problem("apt-get downloaded no package of Emscripten.", byHand);
  await mustRun("Unpacking Emscripten", "dpkg", ["-x", join(where.cwd, archive), join(work, "unpacked")], { log });

  // The last act is one rename: .toolchain/usr is there whole or not at all.
  rmSync(join(toolchainFolder, "usr"), { recursive: true, force: true });
  renameSync(join(work, "unpacked", "usr"), join(toolchainFolder, "usr"));
  rmSync(work, { recursive: true, force: true });
}

/** Writes the configuration that tells Emscripten where its compiler, Binaryen and Node are; a current one is left alone. */
function writeConfig() {
  const text = [
    "LLVM_ROOT = '/usr/bin'",
    "CLANG_ADD_VERSION = '19'",
    "LLVM_ADD_VERSION = '19'",
    `BINARYEN_ROOT = ${pythonString(fromRoot("node_modules", "binaryen"))}`,
    `NODE_JS = ${pythonString(process.execPath)}`,
    // The package brings its sysroot built; nothing is compiled into the cache at first use.
    "FROZEN_CACHE = True",
    "",
  ].join("\n");
  writeIfDifferent(privateConfig, text);
  // Some of Emscripten's own scripts are CommonJS and would else be taken for modules, as the project's package.json says.
  writeIfDifferent(join(toolchainFolder, "package.json"), '{ "type": "commonjs" }\n');
}

/**
 * @param {string} file
 * @param {string} text
 */
function writeIfDifferent(file, text) {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

/**
 * A Python literal; JSON's escapes are among Python's.
 * @param {string} text
 */
const pythonString = (text) => JSON.stringify(text);
