/** Calls `move` for every place of a pointer that was pressed, until it is let go. To be called by a handler of `pointerdown`. */
export function follow(event: PointerEvent, move: (event: PointerEvent) => void): void {
  const held = new AbortController();
  const letGo = (): void => held.abort();
  const target = event.currentTarget as SVGElement;
  target.setPointerCapture(event.pointerId);
  target.addEventListener("pointermove", move, held);
  for (const end of ["pointerup", "pointercancel"] as const) target.addEventListener(end, letGo, held);
}
