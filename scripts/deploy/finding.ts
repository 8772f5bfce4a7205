/**
 * What one check found. `unknown`: it could not be asked (a right or an API is missing); the deploy itself will show.
 * A message and its remedy are for the person at the terminal; neither ever holds a secret.
 */
export interface Finding {
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'failed' | 'unknown';
  readonly message: string;
  readonly remedy?: string;
}

const MARK: Readonly<Record<Finding['verdict'], string>> = { ok: '✓', warning: '!', failed: '✗', unknown: '?' };
const INDENT = '      ';

export function printed({ check, verdict, message, remedy }: Finding): string {
  const lines = [`  ${MARK[verdict]} ${check}: ${message}`];
  if (remedy !== undefined) lines.push(...remedy.split('\n').map((line) => `${INDENT}${line}`));
  return lines.join('\n');
}
