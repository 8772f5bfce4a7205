import type { Host } from './context.ts';

/** One piece of an input file's text, about a MiB, cut anywhere between two characters. */
export interface FilePiece {
  readonly name: string;
  readonly encoding: string;
  readonly text: string;
  readonly last: boolean;
}

/**
 * An input file in pieces, decoded by the host. The next piece is on its way while this one is worked on. The platform
 * checks the file against its checksum when its end is read; a plan that left it unread fails no less.
 */
export async function* filePieces(host: Host, parameter: string): AsyncGenerator<FilePiece, void, undefined> {
  const read = (piece: number): Promise<FilePiece> => {
    const answer = host.call('files.chunk', { parameter, piece }) as Promise<FilePiece>;
    // Whoever stops early does not wait for it.
    answer.catch(() => undefined);
    return answer;
  };
  let coming = read(0);
  for (let piece = 1; ; piece += 1) {
    const current = await coming;
    if (!current.last) coming = read(piece);
    yield current;
    if (current.last) return;
  }
}
