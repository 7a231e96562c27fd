import type { Language } from '../../domain/messages/messages.ts';
import type { Dictionary } from './locales/en.ts';
import { en } from './locales/en.ts';
import { zhCn } from './locales/zh-cn.ts';
import { Formats } from './formats.ts';

/** Whom a page speaks to: the words and forms of one language. */
export interface Locale {
  language: Language;
  words: Dictionary;
  formats: Formats;
}

/** The reader of each language. */
export const LOCALES: Readonly<Record<Language, Locale>> = {
  en: { language: 'en', words: en, formats: new Formats('en') },
  'zh-CN': { language: 'zh-CN', words: zhCn, formats: new Formats('zh-CN') },
};
