import type { Language } from '../../domain/messages/messages.ts';

/** Each language by its own name. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '中文' };

/** The language of ours that is nearest to a tag; any Chinese is served best by ours. The tag itself if none is. */
export function nearestLanguage(tag: string): string {
  const primary = tag.toLowerCase().split('-')[0];
  if (primary === 'zh') return 'zh-CN' satisfies Language;
  return primary === 'en' ? ('en' satisfies Language) : tag;
}

export function isLanguage(text: unknown): text is Language {
  return text === 'en' || text === 'zh-CN';
}
