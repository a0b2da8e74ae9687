// Embind's JavaScript, for bindings of free functions that take and give numbers and truth values alone. A call into
// WebAssembly converts such arguments by itself, and nothing is left to be cleaned up; only results need to be read as what
// they are. Takes the place of Emscripten's own (src/embind/embind.js), which is written for every type there is and is
// three times as much as all it does here.

// Emscripten makes the declarations, attnlab.d.ts, by another implementation of the same functions: that one stays.
if (!LibraryManager.library["$moduleDefinitions"]) {
  addToLibrary({
    // By the address of a type: how what a call gives is read.
    $readers: {},
    _embind_register_void: () => {},
    _embind_register_void__deps: [],
    _embind_register_float__deps: [],
    _embind_register_float: () => {},
    _embind_register_bool__deps: ["$readers"],
    _embind_register_bool: (type) => {
      readers[type] = Boolean;
    },
    _embind_register_integer__deps: ["$readers"],
    _embind_register_integer: (type, name, size, least) => {
      if (least === 0) readers[type] = (value) => value >>> 0;
    },
    _embind_register_function__deps: ["$readers", "$wasmTable", "free"],
    _embind_register_function: (name, count, types, signature, invoker, target) => {
      const invoke = wasmTable.get(invoker);
      const read = readers[HEAPU32[types >> 2]];
      // The name ends with 0, or is followed by those of the arguments, in parentheses; letters come after these.
      let key = "";
      while (HEAPU8[name] > 40) key += String.fromCharCode(HEAPU8[name++]);
      Module[key] = read ? (...args) => read(invoke(target, ...args)) : invoke.bind(null, target);
    },
  });
}
