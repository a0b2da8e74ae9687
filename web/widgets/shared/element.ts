import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { embedCode } from "./embed-code.js";
import { languageOf, observeLanguage, type Language } from "./language.js";
import { LiveCaption } from "./live-caption.js";
import { Numbers } from "./format.js";
import { permalink, stateInHash } from "./permalink.js";
import { isDark, watchScheme } from "./scheme-watcher.js";
import { decodeState, encodeState, type Schema, type StateOf } from "./state.js";
import type { Theme } from "./theme.js";

/** Started a little before it is seen, so that the picture is there when the reader arrives. */
const viewMargin = "300px";

/**
 * What every attnlab widget shares: language, theme, state in attributes and permalink, lazy start, spoken caption.
 * A subclass names its `schema`, adds `stateProperties(schema)` to its properties, and renders.
 *
 * Life: constructed, connected (attributes are read, then the permalink), `start()` when first in view. A page that
 * moves or removes the element (pjax) disconnects it: `stop()` lets go of workers; `start()` comes again in view.
 */
export abstract class WidgetElement<S extends Schema> extends LitElement {
  static override properties: PropertyDeclarations = {
    theme: { reflect: true, converter: { toAttribute: (theme: Theme) => (theme === "auto" ? null : theme) } },
    language: { state: true },
    dark: { state: true },
    spoken: { state: true },
  };

  /** Address of the script that registered the element, for the embed code. */
  static script = "";

  declare theme: Theme;
  /** Language in use; follows the nearest ancestor's `lang`. */
  declare protected language: Language;
  /** Whether colors are drawn for a dark page. */
  declare protected dark: boolean;
  /** Text of the live region. */
  declare protected spoken: string;

  protected abstract readonly schema: S;
  /** Its title: the question that it answers. */
  protected abstract get question(): string;
  /** State the author wrote into the page: what reset returns to. */
  private authored: StateOf<S> | undefined;
  private announced = "";
  /** An element that is moved within its page keeps its state; the address counts once. */
  private addressRead = false;
  private readonly release: (() => void)[] = [];
  private readonly voice = new LiveCaption((text) => {
    this.spoken = text;
  });

  constructor() {
    super();
    this.theme = "auto";
    this.language = "en";
    this.dark = false;
    this.spoken = "";
  }

  /** Called when the widget comes into view; may be called again after `stop`. Must be idempotent. */
  protected abstract start(): void;
  /** Called when the element leaves the page. */
  protected abstract stop(): void;

  protected get numbers(): Numbers {
    return new Numbers(this.language);
  }

  /** Every entry of the schema with its present value. */
  get state(): StateOf<S> {
    const entries = Object.keys(this.schema).map((key): [string, unknown] => [key, Reflect.get(this, key)]);
    return Object.fromEntries(entries) as StateOf<S>;
  }

  /** Sets the given entries and leaves the rest. */
  set state(state: Partial<StateOf<S>>) {
    for (const key of Object.keys(this.schema)) {
      const value = state[key];
      if (value !== undefined) Reflect.set(this, key, value);
    }
  }

  /** Back to what the page's author chose. */
  reset(): void {
    if (this.authored !== undefined) this.state = this.authored;
  }

  /** Address of this page that opens with the widget in its present state. */
  get permalink(): string {
    return permalink(location.href, this.permalinkName, encodeState(this.schema, this.state));
  }

  /** Name of this widget in a permalink: its id, or its tag. */
  get permalinkName(): string {
    return this.id === "" ? this.localName : this.id;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.authored ??= this.state;
    this.language = languageOf(this);
    this.release.push(
      observeLanguage(() => {
        this.language = languageOf(this);
        this.spoken = "";
      }),
      this.followLinks(),
      this.awaitView(),
    );
    if (this.hasUpdated) this.followScheme();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.release.splice(0).forEach((call) => call());
    this.voice.stop();
    this.stop();
  }

  protected override firstUpdated(): void {
    this.followScheme();
  }

  protected override updated(changed: PropertyValues): void {
    const keys = Object.keys(this.schema).filter((key) => changed.has(key));
    const state = encodeState(this.schema, this.state);
    if (keys.length === 0 || state === this.announced) return;
    const first = this.announced === "";
    this.announced = state;
    if (first) return;
    this.dispatchEvent(
      new CustomEvent("config-change", { bubbles: true, composed: true, detail: { state: this.state } }),
    );
  }

  /** HTML that shows the widget in its present state on another page. */
  protected get embedCode(): string {
    const { script } = this.constructor as typeof WidgetElement;
    const { permalink, state, schema, question } = this;
    return embedCode({ tag: this.localName, schema, state, script, fallback: question, permalink });
  }

  /** The box that every widget is: its title, what it shows, and what is read out. */
  protected frame(content: TemplateResult): TemplateResult {
    return html`<section
      class="widget"
      part="widget"
      aria-labelledby="title"
      lang=${this.language === "zh" ? "zh-Hans" : "en"}
    >
      <span class="scheme-probe" aria-hidden="true"></span>
      <p class="title" id="title" part="title">${this.question}</p>
      ${content}
      <p class="visually-hidden" role="status">${this.spoken}</p>
    </section>`;
  }

  /** Says why there is nothing to show, offers another try, and shows what the page's author put in its place. */
  protected excuse(why: string, again: string): TemplateResult {
    return html`<p class="warning" role="alert">${why}</p>
      <p><button type="button" @click=${() => this.start()}>${again}</button></p>
      <slot></slot>`;
  }

  /** Has `text` read out once things have settled. */
  protected say(text: string): void {
    this.voice.say(text);
  }

  /** Takes states from the address and from links of the page, also from a link that is followed a second time. */
  private followLinks(): () => void {
    const read = (hash: string): void => {
      const text = stateInHash(hash, this.permalinkName);
      if (text !== undefined) this.state = decodeState(this.schema, text);
    };
    const follow = (): void => read(location.hash);
    const click = (event: MouseEvent): void => {
      const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
      if (link !== undefined && link.href.split("#")[0] === location.href.split("#")[0]) read(link.hash);
    };
    if (!this.addressRead) follow();
    this.addressRead = true;
    window.addEventListener("hashchange", follow);
    document.addEventListener("click", click);
    return () => {
      window.removeEventListener("hashchange", follow);
      document.removeEventListener("click", click);
    };
  }

  /** About how wide the room for pictures is, before it is there: what is drawn first is laid out as it stays. */
  protected get likelyRoom(): number {
    return this.clientWidth > 0 ? Math.max(240, this.clientWidth - 32) : 640;
  }

  private followScheme(): void {
    const probe = this.renderRoot.querySelector(".scheme-probe");
    if (probe === null) return;
    const apply = (): void => {
      this.dark = isDark(probe);
    };
    apply();
    this.release.push(watchScheme(probe, apply));
  }

  private awaitView(): () => void {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        this.start();
      },
      { rootMargin: viewMargin },
    );
    observer.observe(this);
    return () => observer.disconnect();
  }
}
