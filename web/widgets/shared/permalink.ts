/**
 * State in an address: `#attn-explorer.state=layer:3;head:5`. Several widgets share one hash, joined by `&`;
 * `name` is the widget's id, or its tag where it has none.
 */
export function stateInHash(hash: string, name: string): string | undefined {
  const prefix = `${name}.state=`;
  return hash
    .replace(/^#/, "")
    .split("&")
    .find((part) => part.startsWith(prefix))
    ?.slice(prefix.length);
}

/** The address of this page with the widget in this state; states of other widgets in the hash are kept. */
export function permalink(address: string, name: string, state: string): string {
  const [page = "", hash = ""] = address.split("#", 2);
  const others = hash.split("&").filter((part) => part.includes(".state=") && !part.startsWith(`${name}.state=`));
  return `${page}#${[...others, `${name}.state=${state}`].join("&")}`;
}
