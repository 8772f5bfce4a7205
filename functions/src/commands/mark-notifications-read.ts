import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { notificationSchema } from '@countersign/domain/schemas/notification';
import { ROLES } from '@countersign/domain/schemas/common';
import type { Command } from './run-command.ts';

/** One's own messages, read: all of those named, or none. Its event says how many, and not which: a message is private. */
export const markNotificationsRead: Command<'markNotificationsRead'> = {
  name: 'markNotificationsRead',
  roles: ROLES,
  async decide({ tx, input, member, change }) {
    const { orgId, ids } = input;
    const found = await tx.getAll(ids.map((id) => paths.notification(orgId, id)));
    const messages = found.map((stored) => notificationSchema.safeParse(stored?.data).data);
    // Somebody else's message is as good as none: whether there is one is nobody's business.
    if (messages.some((message) => message?.uid !== member.uid))
      throw new AppError('not_found', 'You have no such message.');
    const unread = messages.flatMap((message) => (message === undefined || message.read ? [] : [message.id]));
    change.also(
      ...unread.map((id) => ({ op: 'update', path: paths.notification(orgId, id), data: { read: true } }) as const),
    );
    const writes = change.toWrites('notifications.read', { data: { count: String(unread.length) } });
    return { result: { marked: unread.length }, writes };
  },
};
