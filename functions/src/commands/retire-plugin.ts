import { AppError } from '@countersign/domain/errors';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

/** Nobody starts this version any more. What runs it keeps it to its end; an operation must have left it before. */
export const retirePlugin: Command<'retirePlugin'> = {
  name: 'retirePlugin',
  roles: ['developer', 'admin'],
  async decide({ tx, input: { orgId, name, version, reason }, change }) {
    const ref = refs.pluginVersion(orgId, name, version);
    const [found, operation] = [await read(tx, ref), await read(tx, refs.operation(orgId, name))];
    if (found === null) throw new AppError('not_found', `There is no plugin ${name} ${version}.`);
    if (found.status === 'retired') throw new AppError('failed_precondition', `${name} ${version} is retired already.`);
    if (operation?.plugin.version === version && operation.active)
      throw new AppError('failed_precondition', `${operation.title} runs this version. Have it run another one first.`);
    change.change(ref, found, { status: 'retired' });
    const writes = change.toWrites('plugin.retired', { data: { plugin: name, version }, personal: { reason } });
    return { result: { name, version }, writes };
  },
};
