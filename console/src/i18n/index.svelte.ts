// The chosen language. Components read `text.now`, so a change shows at once.
import { en, type Messages } from './en.ts';
import { it } from './it.ts';

const catalogues: Record<string, Messages> = { en, it };
const chosen = localStorage.getItem('sportello.language') ?? navigator.language.slice(0, 2);

class Text {
  language = $state(chosen in catalogues ? chosen : 'en');
  now = $derived(catalogues[this.language] ?? en);

  // The browser's own variant of the language, so that a Briton reads British times.
  private get locale(): string {
    return navigator.languages.find((one) => one.startsWith(this.language)) ?? this.language;
  }
  use(language: string): void {
    this.language = language;
    localStorage.setItem('sportello.language', language);
    document.documentElement.lang = language;
  }
  // What the server found about an address; a name may follow it.
  finding(problem: string): string {
    const known = Object.keys(this.now.findings).find((one) => problem.startsWith(one));
    return known ? (this.now.findings[known] ?? '') + problem.slice(known.length) : problem;
  }
  time(at: string): string {
    return new Intl.DateTimeFormat(this.locale, { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
  }
  instant(at: string): string {
    return new Intl.DateTimeFormat(this.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
  }
  ago(at: string, now: number): string {
    const minutes = Math.round((now - Date.parse(at)) / 60_000);
    const relative = new Intl.RelativeTimeFormat(this.locale, { style: 'narrow', numeric: 'auto' });
    if (minutes < 60) return relative.format(-Math.max(0, minutes), 'minute');
    return minutes < 1440 ? relative.format(-Math.round(minutes / 60), 'hour') : relative.format(-Math.round(minutes / 1440), 'day');
  }
}

export const text = new Text();
document.documentElement.lang = text.language;
