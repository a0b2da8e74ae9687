/** The way back: after a link in the text has carried the reader up to the widget, a button returns to that line. */
import { defineComponent, h, shallowRef } from "vue";
import { useData } from "vitepress";

const place = shallowRef<HTMLElement>();

/** Called when a link leaves the line it stands in. */
export function rememberPlace(link: HTMLElement): void {
  place.value = link;
}

function goBack(): void {
  const link = place.value;
  place.value = undefined;
  if (!link?.isConnected) return;
  link.scrollIntoView({ block: "center" });
  link.focus({ preventScroll: true });
}

export const ReturnToText = defineComponent(() => {
  const { lang } = useData();
  return () =>
    place.value?.isConnected
      ? h("button", { class: "return-to-text", type: "button", onClick: goBack }, [
          lang.value.startsWith("zh") ? "回到刚才读的地方 ↓" : "Back to the text ↓",
        ])
      : null;
});
