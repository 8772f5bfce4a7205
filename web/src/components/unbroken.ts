/** A sentence in which no currency stands on another line than its amount. */
export function unbroken(sentence: string): string {
  return sentence.replace(/\b([A-Z]{3}) (?=[\d\u2212])/g, '$1\u00a0');
}
