/** Why a name may not be what it seems; after Unicode Technical Standard 39, for names rather than identifiers. */
export type Confusable = 'invisible' | 'spaces' | 'mixed' | 'lookalike';

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/u;

/** Scripts that join letters by the (non-)joiner. */
const JOINING =
  /$(?<=[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}]\p{M}*)/u;
const PICTURE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]$/u;

/** Alphabets whose letters pass for one another's, even in different words of one name. */
const ALIKE = ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'].map(
  (script) => new RegExp(`\\p{Script=${script}}`, 'u'),
);

/** Cyrillic and Greek letters that nobody tells from Latin ones. */
const LOOKS_LATIN = /^[аеорсухѕіјһԁԛԝԍьАВЕКМНОРСТУХЅІЈԌԚԜѴѵαοορυνικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]+$/u;

/** Spaces that a page does not show, or that look like the ordinary one. */
const HIDDEN_SPACES = /^\p{Zs}|\p{Zs}$|\p{Zs}{2}|[\u00a0\u2000-\u200a\u202f\u205f]/u;

/** Letters that were made for mathematics and set like a font. */
const STYLED = /[\u{1d400}-\u{1d7ff}\u{1f130}-\u{1f169}\u{1f170}-\u{1f189}]/u;

/** Nobody reads more marks on one letter (Unicode Standard Annex 15 stops at 30); so far back a joiner is looked after. */
const MOST_MARKS = 64;

/** What a reader should look at twice in a name; null for nothing. */
export function confusableOf(name: string): Confusable | null {
  const hidden = Array.from(name.matchAll(new RegExp(INVISIBLE, 'gu')));
  if (
    hidden.some(({ 0: character, index }) => isInvisible(character, name.slice(Math.max(0, index - MOST_MARKS), index)))
  )
    return 'invisible';
  if (HIDDEN_SPACES.test(name)) return 'spaces';
  if (ALIKE.filter((script) => script.test(name)).length > 1) return 'mixed';
  const letters = name.normalize('NFC').replaceAll(/[^\p{L}]/gu, '');
  return STYLED.test(name) || (letters !== '' && LOOKS_LATIN.test(letters)) ? 'lookalike' : null;
}

/** Whether a character that comes after `before` hides something. Joiners inside emoji and joining scripts do not. */
export function isInvisible(character: string, before: string): boolean {
  if (!INVISIBLE.test(character) || character === '') return false;
  if (character === '\u200d') return !PICTURE.test(before) && !JOINING.test(before);
  return character !== '\u200c' || !JOINING.test(before);
}
