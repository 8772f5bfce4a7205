import type { AuditEventBody } from '@countersign/domain/schemas/audit';
import type { Findings } from './findings.ts';

interface Version {
  readonly version: number;
  readonly eventId: string;
  readonly seq: number;
}

interface Known {
  /** Versions 1 to this one are there. */
  upTo: number;
  /** Later ones that came before one that is still missing: two commits can reach the log in another order. */
  readonly ahead: Version[];
}

/**
 * The versions of each audited document, as the events tell them: from 1 on, each once, none left out. Of a document
 * whose versions are in order nothing is kept but the last, so that a long log takes no more room than it has documents.
 */
export class DocumentVersions {
  readonly #documents = new Map<string, Known>();
  readonly #twice: { readonly path: string; readonly seq: number; readonly message: string }[] = [];

  note(seq: number, { id: eventId, subjects }: Pick<AuditEventBody, 'id' | 'subjects'>): void {
    for (const { path, version } of subjects) {
      const known = this.#documents.get(path) ?? { upTo: 0, ahead: [] };
      this.#documents.set(path, known);
      if (version <= known.upTo || known.ahead.some((one) => one.version === version)) {
        const message = `version ${version} appears twice, the second time in event ${eventId}`;
        this.#twice.push({ path, seq, message });
      } else if (version === known.upTo + 1) advance(known);
      else known.ahead.push({ version, eventId, seq });
    }
  }

  get documents(): number {
    return this.#documents.size;
  }

  /** Whether a version is left out. It may be one whose event is committed and has no place yet. */
  get hasGaps(): boolean {
    return [...this.#documents.values()].some(({ ahead }) => ahead.length > 0);
  }

  report(findings: Findings): void {
    for (const { path, seq, message } of this.#twice) findings.add({ stream: 'audit', where: path, seq, message });
    for (const [path, known] of this.#documents)
      for (const { seq, message } of gapsIn(known)) findings.add({ stream: 'audit', where: path, seq, message });
  }
}

/** The next version has come, and with it those that were waiting for it. */
function advance(known: Known): void {
  known.upTo += 1;
  for (;;) {
    const next = known.ahead.findIndex(({ version }) => version === known.upTo + 1);
    if (next < 0) return;
    known.ahead.splice(next, 1);
    known.upTo += 1;
  }
}

function gapsIn({ upTo, ahead }: Known): { readonly seq: number; readonly message: string }[] {
  let before = upTo;
  return ahead
    .toSorted((one, other) => one.version - other.version)
    .flatMap(({ version, eventId, seq }) => {
      const missing = version > before + 1;
      const message =
        before === 0
          ? `its first event (${eventId}) is of version ${version}: an event is missing before it`
          : `between versions ${before} and ${version} an event is missing`;
      before = version;
      return missing ? [{ seq, message }] : [];
    });
}
