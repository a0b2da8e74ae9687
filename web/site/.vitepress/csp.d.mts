/** The source of every inline script of a page, byte for byte as the browser hashes it. */
export function inlineScripts(html: string): string[];
/** The policy under which a page of the site works, as the value of a `Content-Security-Policy` header. */
export function policyFor(html: string): string;
/** The page with its policy as a `<meta>` element right after the character set. */
export function withPolicy(html: string): string;
