// What the runtime asks of JavaScript, in place of Emscripten's own (src/library.js, src/preamble.js), which serves programs of
// every kind.
addToLibrary({
  // Memory grows by a fifth of what there is, at most 100 MB beyond what is needed, so that it seldom grows; where that cannot
  // be had, by no more than is needed. No view of it is read here after the bindings are registered. From 2 GB on `needed` is
  // negative, and the pages are right all the same: >>> counts modulo 2^32.
  emscripten_resize_heap__deps: [],
  emscripten_resize_heap: (needed) => {
    const size = wasmMemory.buffer.byteLength;
    for (const wanted of [Math.max(needed, Math.min(1.2 * size, needed + 1e8)), needed]) {
      try {
        wasmMemory.grow((wanted - size + 65535) >>> 16);
        return 1;
      } catch {
        // Less, or nothing: for WebAssembly that is 0.
      }
    }
  },

  // Only what must not happen leads here.
  _abort_js__deps: [],
  _abort_js: () => {
    throw new WebAssembly.RuntimeError("aborted");
  },
});
