import type { FilePublish } from './effects.ts';
import type { Host } from './context.ts';

type ContentType = FilePublish['contentType'];

/** What the platform says of a finished draft: what an effect that publishes it must name. */
export interface ClosedDraft {
  readonly storagePath: string;
  readonly generation: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Records below the header, counted by the platform; null when it is no CSV. */
  readonly rowCount: number | null;
}

/** A file that is made while planning. It is seen when an effect that publishes it has been signed and applied. */
export interface Draft {
  /** Adds text, of whole characters. Waits when the platform is behind. */
  write(text: string): Promise<void>;
  close(): Promise<ClosedDraft>;
}

/** Text goes out in pieces of this length, in UTF-16 units; one is under way while the next fills up. */
const PIECE_LENGTH = 512 * 1024;

export async function createDraft(host: Host, name: string, contentType: ContentType): Promise<Draft> {
  const { draft } = (await host.call('drafts.open', { name, contentType })) as { draft: number };
  let held = '';
  let sending: Promise<unknown> = Promise.resolve();
  const send = async (): Promise<void> => {
    const text = held;
    held = '';
    await sending;
    sending = host.call('drafts.write', { draft, text });
    sending.catch(() => undefined);
  };
  return {
    async write(text) {
      held += text;
      if (held.length >= PIECE_LENGTH) await send();
    },
    async close() {
      if (held !== '') await send();
      await sending;
      return (await host.call('drafts.close', { draft })) as ClosedDraft;
    },
  };
}
