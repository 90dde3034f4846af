// Single keys act only outside of text and without modifiers; they match the character produced (UX-111, UX-112).
export const keyMap: Readonly<Record<string, string>> = {
  j: 'next', ArrowDown: 'next', k: 'previous', ArrowUp: 'previous', r: 'reply', n: 'note', m: 'take', e: 'resolve', z: 'undo',
  '/': 'search', i: 'panel', Escape: 'back',
};

const editable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

export function dispatch(event: KeyboardEvent, commands: Readonly<Record<string, () => void>>): void {
  const command = keyMap[event.key];
  if (!command || event.ctrlKey || event.metaKey || event.altKey) return;
  if (editable(event.target) && event.key !== 'Escape') return;
  if (event.target instanceof HTMLElement && event.target.closest('dialog')) return; // it has its own
  event.preventDefault();
  commands[command]?.();
}
