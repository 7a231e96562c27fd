import type { Obligation } from '../account-grants/revoke-grant.ts';
import type { ErrorCode, Reason, SparkgateError } from '../errors.ts';
import { en, type Messages } from './en.ts';
import { faultInChinese } from './zh-cn-faults.ts';
import { zhCn } from './zh-cn.ts';

/** The languages that this service speaks, as BCP 47 tags. */
export type Language = 'en' | 'zh-CN';

const MESSAGES: Readonly<Record<Language, Messages>> = { en, 'zh-CN': zhCn };

/** A reason or an obligation as programs are told it. */
export interface Told {
  code: string;
  message: string;
  /** The fact that is missing or does not fit, as a JSON Pointer into the check. */
  pointer?: string;
  /** The rule that denies, by its name. */
  rule?: string;
}

/** A reason in words. What a schema says of a fact is told as it says it, in English. */
export function reasonTold({ code, says, fact, refused, rule }: Reason, language: Language): Told {
  const sentence = MESSAGES[language].reasons[says ?? code];
  if (rule !== undefined) return { code, message: `${sentence} ${rule}`, rule };
  if (fact === undefined) return { code, message: sentence };
  return { code, message: `${sentence} ${fact}${refused === undefined ? '' : `: ${refused}`}`, pointer: fact };
}

/** One text in each language. */
export type InEach = Readonly<Record<Language, string>>;

/** All reasons of a denial in one text: their codes, for administrators. */
export function reasonsForAdministrators(reasons: readonly Reason[]): InEach {
  const codes = [...new Set(reasons.map(({ code }) => code))].join(', ');
  return { en: codes, 'zh-CN': codes };
}

/** All reasons of a denial in one text: whole sentences without codes, for the person who is denied. */
export function reasonsForUsers(reasons: readonly Reason[]): InEach {
  const told = (language: Language): string[] => [
    ...new Set(reasons.map(({ code, says }) => MESSAGES[language].reasons[says ?? code])),
  ];
  return { en: told('en').join(' '), 'zh-CN': told('zh-CN').join('') };
}

/**
 * An obligation in words, and as the draft of the AuthZEN Profile for Obligations has it: whoever cannot carry one out
 * has to deny.
 */
export interface ToldObligation<Code> {
  code: Code;
  message: string;
  /** There is at most one of each code in an answer. */
  id: Code;
  type: 'custom';
  properties: { code: Code };
}

/** An obligation as programs are told it. */
export function obligationTold<Code extends Obligation['code']>(
  { code }: { code: Code },
  language: Language,
): ToldObligation<Code> {
  return { code, message: MESSAGES[language].obligations[code], id: code, type: 'custom', properties: { code } };
}

/** What kind of error it is, in words. */
export function titleOf(code: ErrorCode, language: Language): string {
  const titles: Record<ErrorCode, string> = MESSAGES[language].titles;
  return titles[code];
}

/** What is wrong with something that was sent, in words; in English where validators say what is not known here. */
export function faultTold(english: string, language: Language): string {
  return language === 'zh-CN' ? (faultInChinese(english) ?? english) : english;
}

/** What happened, in words: of a denial its first reason; of what was sent its first fault. */
export function detailOf({ message, reasons, sentence }: SparkgateError, language: Language): string {
  const [first] = reasons ?? [];
  if (first) return reasonTold(first, language).message;
  return sentence ? sentence(MESSAGES[language]) : faultTold(message, language);
}
