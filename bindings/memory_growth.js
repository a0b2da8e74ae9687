// How the memory grows, in place of Emscripten's own (src/library.js), which tries three sizes and asks beforehand what the
// engine refuses anyway: by a fifth of what there is, at most 96 MB beyond what is needed, so that it seldom grows; where that
// cannot be had, by no more than is needed.
addToLibrary({
  emscripten_resize_heap__deps: [],
  emscripten_resize_heap: (needed) => {
    const size = HEAPU8.length;
    for (const wanted of [Math.max(needed, Math.min(1.2 * size, needed + 1e8)), needed]) {
      try {
        wasmMemory.grow((wanted - size + 65535) >>> 16);
        updateMemoryViews();
        return 1;
      } catch {}
    }
    // Nothing is 0: it cannot be had.
  },
});
