const NEWLINE = 10;
const QUOTE = 34;

/** Counts the records of a CSV from its UTF-8 bytes, in pieces: line ends outside quotes. */
export class RecordCounter {
  #records = 0;
  #inQuotes = false;
  #inRecord = false;

  push(bytes: Uint8Array): void {
    let quote = bytes.indexOf(QUOTE);
    for (let at = 0; at < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, at);
      // Quotes are taken one by one, whole lines without any at once.
      if (quote !== -1 && (newline === -1 || quote < newline)) {
        this.#inQuotes = !this.#inQuotes;
        this.#inRecord = true;
        at = quote + 1;
        quote = bytes.indexOf(QUOTE, at);
        continue;
      }
      if (newline === -1) {
        this.#inRecord = true;
        return;
      }
      if (!this.#inQuotes) {
        this.#records += 1;
        this.#inRecord = false;
      }
      at = newline + 1;
    }
  }

  /** Records below the header; a last one without a line end counts. */
  rows(): number {
    return Math.max(0, this.#records + (this.#inRecord ? 1 : 0) - 1);
  }
}
