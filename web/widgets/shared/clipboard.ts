/**
 * Puts `text` on the clipboard and returns whether that worked. Pages without a secure context (a blog on plain http) have
 * no clipboard: their readers must be shown the text.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
