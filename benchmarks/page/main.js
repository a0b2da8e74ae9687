/**
 * The benchmark as a page runs it. Operations are listed in operations/index.js, peers in PEERS below.
 */
import { runCase } from "./case.js";
import { openCeilings, rateOf } from "./ceilings.js";
import { contestants as attnlab } from "./contestants/attnlab.js";
import { contestants as loops } from "./contestants/naive.js";
import { contestants as twoWorkers } from "./contestants/two_workers.js";
import { OPERATIONS } from "./operations/index.js";
import { openRealm } from "./realm.js";

/** Files in contestants/, each started in realms of its own with 1 and with 2 threads. */
const PEERS = ["onnxruntime", "tensorflow", "jax"];
const THREADS = [1, 2];

/** One realm per peer and number of threads; without isolation there are no threads, and no peers are asked for. */
async function openPeers() {
  const realms = [];
  for (const peer of PEERS) for (const threads of THREADS) realms.push(await openRealm(peer, threads));
  return realms;
}

/** What memory gives beyond every cache, for the record; each case that is held to it measures it anew. */
async function traffic({ beyondCaches }, options) {
  const rates = [];
  for (const kind of ["copy", "read"]) {
    const { gigabytesPerSecond } = rateOf([await beyondCaches(kind, options)]);
    rates.push({ name: kind, gigabytesPerSecond });
  }
  return rates;
}

const wanted = ({ only, essential }) =>
  OPERATIONS.flatMap((operation) =>
    operation.cases
      .filter((size) => `${operation.name} ${size.label}`.includes(only))
      .filter((size) => size.essential || !essential)
      .map((size) => ({ operation, size })),
  );

/**
 * Opens the benchmark: the driver then asks for one case after the other, so that a page that dies takes only one along.
 *
 * @param {object} options
 * @param {boolean} options.peers  whether the peers and the loops take part
 * @param {boolean} options.essential  run only the cases that are marked so
 * @param {string} options.only  run only the cases whose "operation label" contains this
 * @param {number} options.rounds  samples per contestant and case
 * @param {number} options.warmMilliseconds  least warm-up of each contestant
 * @param {number} options.sampleMilliseconds  least length of a sample
 */
async function open(options) {
  const realms = options.peers ? await openPeers() : [];
  const others = options.peers ? [...realms.flatMap(({ contestants }) => contestants), ...(await loops())] : [];
  const contestants = [...(await attnlab()), ...twoWorkers(), ...others];
  const ceilings = await openCeilings();
  const cases = wanted(options);
  globalThis.attnlabBenchmark.runCase = (index) =>
    runCase(cases[index].operation, cases[index].size, contestants, ceilings, options);
  return {
    isolated: globalThis.crossOriginIsolated,
    traffic: await traffic(ceilings, options),
    titles: cases.map(({ operation, size }) => ({ operation: operation.name, label: size.label })),
  };
}

globalThis.attnlabBenchmark = { open };
