export interface ReadChecklist {
  readonly open: readonly string[];
  readonly done: readonly string[];
  /** Sentences that are no item of the list. */
  readonly other: readonly string[];
}

/** The closing checklist from a proposal's sentences, which begin with `Done: ` or `Open: `. */
export function readChecklist(impact: readonly string[]): ReadChecklist {
  const after = (mark: string): string[] =>
    impact
      .filter((text) => text.startsWith(mark))
      .map((text) => text.slice(mark.length, mark.length + 1).toUpperCase() + text.slice(mark.length + 1));
  return {
    open: after('Open: '),
    done: after('Done: '),
    other: impact.filter((text) => !/^(Open|Done): /.test(text)),
  };
}
