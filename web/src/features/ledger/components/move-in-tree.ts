import type { KeyboardEvent } from 'react';

/** Each account of the tree has one such link, in its first row. */
export const NODE = 'data-node';

/** Arrow keys in the tree of accounts, as the ARIA pattern for a treegrid has them. */
export function moveInTree(event: KeyboardEvent<HTMLTableElement>): void {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const nodes = [...event.currentTarget.querySelectorAll<HTMLElement>(`[${NODE}]`)];
  const row = (event.target as HTMLElement).closest('tr');
  const at = nodes.findIndex((node) => node.closest('tr') === row);
  if (at < 0) return;
  const done = act(event.key, nodes, at);
  if (done) event.preventDefault();
}

/** @returns whether the key means something here */
function act(key: string, nodes: readonly HTMLElement[], at: number): boolean {
  const toggle = nodes[at]?.closest('tr')?.querySelector<HTMLElement>('button[aria-expanded]') ?? null;
  const expanded = toggle?.getAttribute('aria-expanded') === 'true';
  switch (key) {
    case 'ArrowDown':
      nodes[at + 1]?.focus();
      return true;
    case 'ArrowUp':
      nodes[at - 1]?.focus();
      return true;
    case 'Home':
      nodes[0]?.focus();
      return true;
    case 'End':
      nodes.at(-1)?.focus();
      return true;
    case 'ArrowRight':
      if (toggle !== null && !expanded) toggle.click();
      else if (toggle !== null && depthOf(nodes[at + 1]) > depthOf(nodes[at])) nodes[at + 1]?.focus();
      return true;
    case 'ArrowLeft':
      if (expanded) toggle?.click();
      else
        nodes
          .slice(0, at)
          .findLast((node) => depthOf(node) < depthOf(nodes[at]))
          ?.focus();
      return true;
    default:
      return false;
  }
}

function depthOf(node: HTMLElement | undefined): number {
  return Number(node?.closest('tr')?.dataset['depth'] ?? 0);
}
