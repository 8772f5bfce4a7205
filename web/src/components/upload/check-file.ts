import type { CheckRequest, CheckResult } from './check-worker.ts';

const TIMEOUT_MS = 30_000;

/**
 * Read and check a chosen file in a worker.
 * @throws Error when the file can't be read or takes too long
 */
export async function checkFile(file: File, columns: CheckRequest['columns'], maxRows: number): Promise<CheckResult> {
  const bytes = await file.arrayBuffer();
  const worker = new Worker(new URL('./check-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise<CheckResult>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error('Reading the file takes too long. Split it into smaller files.')),
        TIMEOUT_MS,
      );
      worker.onmessage = (event: MessageEvent<CheckResult>) => {
        clearTimeout(timer);
        resolve(event.data);
      };
      worker.onerror = (event) => {
        clearTimeout(timer);
        reject(new Error(`The file could not be checked: ${event.message}`));
      };
      worker.postMessage({ bytes, columns, maxRows } satisfies CheckRequest, [bytes]);
    });
  } finally {
    worker.terminate();
  }
}
