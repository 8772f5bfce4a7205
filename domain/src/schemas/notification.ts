import * as z from 'zod';
import { idSchema, instantSchema } from './common.ts';

/** `orgs/{orgId}/notifications/{id}`: a message to one member, who alone may read it. */
export const notificationSchema = z.strictObject({
  id: idSchema,
  uid: z.string(),
  title: z.string(),
  body: z.string(),
  /** The run that it is about, or that sent it. */
  executionId: idSchema.nullable(),
  read: z.boolean(),
  createdAt: instantSchema,
});
export type Notification = z.infer<typeof notificationSchema>;
