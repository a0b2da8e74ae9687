/** Whether every entry of `a` is that of `b` in its place: the same object, or an equal number. */
export const sameEntries = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.every((entry, index) => entry === b[index]);
