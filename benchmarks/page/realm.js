/**
 * A frame per peer and number of threads: the peers fix their threads when they start and keep their state in globals,
 * so two settings of one peer cannot live in one realm. All frames share the page's thread and its clock.
 */

/** Reads a promise that the frame leaves in its global `contestants`. */
const contestantsOf = (frame) => frame.contentWindow.contestants;

/**
 * Opens a realm.
 *
 * @param {string} peer  name of a file in contestants/
 * @param {number} threads
 * @returns {Promise<{ contestants: object[], close: () => void }>} closing gives the realm's memory back
 */
export async function openRealm(peer, threads) {
  const frame = document.createElement("iframe");
  frame.src = `realm.html?${new URLSearchParams({ peer, threads: String(threads) })}`;
  frame.title = `${peer}, threads: ${threads}`;
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
  document.body.append(frame);
  await loaded;
  return { contestants: await contestantsOf(frame), close: () => frame.remove() };
}
