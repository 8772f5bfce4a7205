import { safeCell } from './write.ts';

/** Behind its leading apostrophes, this text would run as a formula in a spreadsheet. */
const runs = (text: string): boolean => {
  const core = text.replace(/^'+/, '');
  return safeCell(core) !== core;
};

/** `safeCell` puts an apostrophe before a formula; a text that has one of its own gets one more, so that one can go again. */
export const keepsItsText = (text: string): string => (text.startsWith("'") && runs(text) ? `'${text}` : text);

/** The text that a cell was made of by `keepsItsText` and `safeCell`. */
export const textOfCell = (cell: string): string => (cell.startsWith("'") && runs(cell) ? cell.slice(1) : cell);
