/**
 * The inside of a realm (see realm.js): loads one peer with so many threads, and hands it the inputs as arrays of its
 * own realm, since libraries ask `instanceof Float32Array`.
 */
const parameters = new URLSearchParams(location.search);
const threads = Number(parameters.get("threads"));

const mapValues = (record, change) => Object.fromEntries(Object.entries(record).map(([key, it]) => [key, change(it)]));
const own = (given) => mapValues(given, (values) => new Float32Array(values));

async function open() {
  const { contestants } = await import(`./contestants/${parameters.get("peer")}.js`);
  return (await contestants(threads)).map((contestant) => ({
    ...contestant,
    operations: mapValues(contestant.operations, (prepare) => (size, given) => prepare(size, own(given))),
  }));
}

globalThis.contestants = open();
