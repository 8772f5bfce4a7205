import { writeFileSync } from 'node:fs';
import { accessMatrix } from './access-matrix.ts';

writeFileSync(new URL('../../docs/security/access-matrix.md', import.meta.url), accessMatrix());
