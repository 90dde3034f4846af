// The window of a list of rows of one height: which rows to render for a scroll position.
export interface Window { first: number; last: number; before: number; total: number }

export function windowOf(count: number, rowHeight: number, scrollTop: number, viewHeight: number, margin = 6): Window {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - margin);
  const last = Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + margin);
  return { first, last, before: first * rowHeight, total: count * rowHeight };
}
