export const plural = (language: string, n: number, forms: { one: string; other: string }): string =>
  new Intl.PluralRules(language).select(n) === 'one' ? forms.one : forms.other;
