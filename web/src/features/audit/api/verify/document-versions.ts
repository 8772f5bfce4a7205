import type { AuditEventBody } from '@countersign/domain/schemas/audit';
import type { Findings } from './findings.ts';

interface Version {
  readonly version: number;
  readonly eventId: string;
  readonly seq: number;
}

/** The versions of each audited document, as the events tell them: from 1 on, each once, none left out. */
export class DocumentVersions {
  readonly #versions = new Map<string, Version[]>();

  note(seq: number, { id: eventId, subjects }: Pick<AuditEventBody, 'id' | 'subjects'>): void {
    for (const { path, version } of subjects) {
      const versions = this.#versions.get(path);
      if (versions === undefined) this.#versions.set(path, [{ version, eventId, seq }]);
      else versions.push({ version, eventId, seq });
    }
  }

  get documents(): number {
    return this.#versions.size;
  }

  /** Whether a version is left out. It may be one whose event is committed and has no place yet. */
  get hasGaps(): boolean {
    return [...this.#versions.values()].some((versions) => wrongIn(versions).some(({ missing }) => missing));
  }

  report(findings: Findings): void {
    for (const [path, versions] of this.#versions)
      for (const { seq, message } of wrongIn(versions)) findings.add({ stream: 'audit', where: path, seq, message });
  }
}

interface Wrong {
  readonly seq: number;
  readonly message: string;
  /** A version is left out, and not there twice. */
  readonly missing: boolean;
}

function wrongIn(versions: readonly Version[]): Wrong[] {
  const sorted = versions.toSorted((one, other) => one.version - other.version);
  return sorted.flatMap(({ version, eventId, seq }, index): Wrong[] => {
    const before = sorted[index - 1]?.version ?? 0;
    if (version === before + 1) return [];
    if (version === before)
      return [
        { seq, message: `version ${version} appears twice, the second time in event ${eventId}`, missing: false },
      ];
    const message =
      before === 0
        ? `its first event (${eventId}) is of version ${version}: an event is missing before it`
        : `between versions ${before} and ${version} an event is missing`;
    return [{ seq, message, missing: true }];
  });
}
