import * as z from 'zod';
import { REGION } from '../../functions/src/config.ts';

const sdkConfigSchema = z.object({
  sdkConfig: z.object({
    projectId: z.string().min(1),
    apiKey: z.string().min(1),
    appId: z.string().min(1),
    authDomain: z.string().optional(),
    storageBucket: z.string().optional(),
  }),
});

export interface WebConfig {
  readonly projectId: string;
  readonly apiKey: string;
  readonly appId: string;
  readonly authDomain?: string;
  readonly storageBucket: string;
  readonly region: string;
}

/**
 * `/config.json` for a project, as `web/src/app/config.ts` reads it, from `firebase apps:sdkconfig web --json`. Nothing
 * in it is a secret: the API key names the project and is public by design.
 */
export function webConfigFrom(result: unknown): WebConfig | { readonly problem: string } {
  const parsed = sdkConfigSchema.safeParse(result);
  if (!parsed.success)
    return { problem: `the web app's configuration lacks ${parsed.error.issues[0]?.path.join('.') ?? 'everything'}` };
  const { projectId, apiKey, appId, authDomain, storageBucket } = parsed.data.sdkConfig;
  if (storageBucket === undefined || storageBucket === '')
    return { problem: 'the project has no default bucket for uploads' };
  return {
    projectId,
    apiKey,
    appId,
    ...(authDomain === undefined ? {} : { authDomain }),
    storageBucket,
    region: REGION,
  };
}
