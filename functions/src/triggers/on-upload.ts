import { onObjectFinalized } from 'firebase-functions/storage';
import { REGION } from '../config.ts';

/** A finished upload: hash it, profile it, and write its file document. Deliveries may repeat; the document is made once. */
export const onUpload = onObjectFinalized(
  { region: REGION, memory: '512MiB', timeoutSeconds: 300, retry: true, maxInstances: 10 },
  async (event) => {
    const { name, generation, size, contentType, metageneration } = event.data;
    if (!name.startsWith('orgs/') || Number(metageneration) !== 1) return;
    const [{ registerUpload }, { runtime }] = await Promise.all([
      import('../files/register-upload.ts'),
      import('../runtime.ts'),
    ]);
    await registerUpload(runtime(), {
      path: name,
      generation: String(generation),
      sizeBytes: Number(size),
      declaredType: contentType ?? '',
    });
  },
);
