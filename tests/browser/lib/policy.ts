/** The Content-Security-Policy under which every widget has to work: nothing inline, nothing from another host. */
export const STRICT_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; " +
  "img-src 'self' data: blob:; worker-src 'self' blob:; font-src 'self'";

/** The strict policy with one directive changed; an undefined value removes the directive. */
export function policyWith(directive: string, value: string | undefined): string {
  const kept = STRICT_POLICY.split("; ").filter((entry) => entry.split(" ")[0] !== directive);
  return (value === undefined ? kept : [...kept, `${directive} ${value}`]).join("; ");
}

/** Response headers that carry a policy. */
export const withPolicy = (policy: string): Record<string, string> => ({ "content-security-policy": policy });
