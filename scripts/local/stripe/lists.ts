import type { Form } from './form.ts';
import { ok, refuse } from './reply.ts';
import type { Decision } from './request.ts';
import { answer, invalid } from './request.ts';

/** What a list is made from: ids newest first come from `ids` (oldest first), and `render` gives an item's JSON text. */
export interface ListSource<Item> {
  readonly url: string;
  readonly query: Form;
  readonly ids: readonly string[];
  readonly item: (id: string) => Item | undefined;
  readonly keep?: (item: Item) => boolean;
  readonly render: (item: Item) => string;
  readonly noun: string;
}

/** A page in Stripe's form: newest first, `limit` 1 to 100 (10), `starting_after` and `ending_before` as cursors. */
export function listPage<Item>(source: ListSource<Item>): Decision {
  const limit = Number(source.query.get('limit') ?? '10');
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    return invalid(
      refuse(400, {
        code: 'parameter_invalid_integer',
        param: 'limit',
        message: 'Invalid integer: limit must be between 1 and 100',
      }),
    );
  }
  const after = source.query.get('starting_after');
  const before = source.query.get('ending_before');
  const cursor = after ?? before;
  const start = cursor === undefined ? source.ids.length : source.ids.lastIndexOf(cursor);
  if (start === -1) {
    const param = after === undefined ? 'ending_before' : 'starting_after';
    return invalid(refuse(400, { code: 'resource_missing', param, message: `No such ${source.noun}: '${cursor}'` }));
  }
  const backwards = after === undefined && before !== undefined;
  const found: Item[] = [];
  let more = false;
  for (let at = backwards ? start + 1 : start - 1; at >= 0 && at < source.ids.length; at += backwards ? 1 : -1) {
    const item = source.item(source.ids[at] ?? '');
    if (item === undefined || source.keep?.(item) === false) continue;
    if (found.length === limit) {
      more = true;
      break;
    }
    found.push(item);
  }
  if (backwards) found.reverse();
  const data = found.map(source.render).join(',');
  return answer(ok(`{"object":"list","url":${JSON.stringify(source.url)},"has_more":${more},"data":[${data}]}`));
}
