// Where the agent is: view, conversation, search. Every place has a URL, and Back returns to it (UX-002).
import { views, type View } from './views.ts';

class Place {
  page = $state<'inbox' | 'mail' | 'customers' | 'search'>('inbox');
  words = $state(''); // that are searched for
  customer = $state<string | null>(null);
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
    this.page = view === 'mail' || view === 'customers' || view === 'search' ? view : 'inbox';
    this.words = this.page === 'search' ? new URLSearchParams(location.search).get('q') ?? '' : '';
    this.customer = this.page === 'customers' ? id || null : null;
    this.view = views.find((one) => one === view) ?? 'mine';
    this.selected = this.page === 'inbox' ? id || null : null;
  }
  go(view: View, id: string | null): void {
    if (this.page === 'inbox' && view === this.view && id === this.selected) return;
    this.page = 'inbox';
    this.customer = null;
    this.view = view;
    this.selected = id;
    history.pushState(null, '', `/app/${view}${id ? `/${id}` : ''}`);
  }
  goToCustomer(id: string | null): void {
    if (this.page === 'customers' && id === this.customer) return;
    this.page = 'customers';
    this.customer = id;
    this.selected = null;
    history.pushState(null, '', `/app/customers${id ? `/${id}` : ''}`);
  }
  // Typing on replaces the place: Back leaves the search, not its last letter.
  goToSearch(words: string): void {
    const here = this.page === 'search';
    this.page = 'search';
    this.words = words;
    this.customer = null;
    this.selected = null;
    const url = `/app/search${words ? `?q=${encodeURIComponent(words)}` : ''}`;
    if (here) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
  }
  goToMail(): void {
    this.page = 'mail';
    this.customer = null;
    this.selected = null;
    history.pushState(null, '', '/app/mail');
  }
}

export const place = new Place();
