import { noChange } from "lit";
import { Directive, directive, type ElementPart } from "lit/directive.js";

type Properties = Readonly<Record<`--${string}`, string | number>>;

/**
 * Sets custom properties on the element it stands in: `<i ${cssProperties({ "--share": 0.4 })}>`. Written through
 * `element.style`, which a strict content security policy allows; a `style=` attribute it refuses.
 */
class CssProperties extends Directive {
  private style: CSSStyleDeclaration | undefined;
  private readonly previous = new Map<string, string>();

  override update(part: ElementPart, [properties]: [Properties]): typeof noChange {
    this.style = (part.element as HTMLElement).style;
    return this.render(properties);
  }

  override render(properties: Properties): typeof noChange {
    for (const [name, value] of Object.entries(properties)) {
      const text = String(value);
      if (this.previous.get(name) === text) continue;
      this.style?.setProperty(name, text);
      this.previous.set(name, text);
    }
    return noChange;
  }
}

export const cssProperties = directive(CssProperties);
