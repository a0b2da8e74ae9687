// What Embind makes of a bound function. Ours take and give numbers and booleans alone, which a call into WebAssembly
// converts by itself: no argument needs a conversion, none leaves anything to be cleaned up, and one function serves all
// signatures where Embind would write one for each.
addToLibrary({
  $craftInvokerFunction: (name, [result], classType, invoke, target) =>
    result.name === "void"
      ? (...args) => invoke(target, ...args)
      : (...args) => result["fromWireType"](invoke(target, ...args)),
});
