// Where the agent is: view, conversation, search. Every place has a URL, and Back returns to it (UX-002).
import { views, type View } from './views.ts';

class Place {
  view = $state<View>('mine');
  selected = $state<string | null>(null);
  search = $state('');
  panel = $state(true);

  constructor() {
    this.read();
    addEventListener('popstate', () => this.read());
  }
  private read(): void {
    const [view, id] = location.pathname.replace(/^\/app\//, '').split('/');
    this.view = views.find((one) => one === view) ?? 'mine';
    this.selected = id || null;
  }
  go(view: View, id: string | null): void {
    if (view === this.view && id === this.selected) return;
    this.view = view;
    this.selected = id;
    history.pushState(null, '', `/app/${view}${id ? `/${id}` : ''}`);
  }
}

export const place = new Place();
