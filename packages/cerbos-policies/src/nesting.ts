import { Lexer } from 'yaml';

/** How deep YAML is nested in brackets, and in dashes and question marks of one line. Indentation does not count. */
export function nestingOf(text: string): number {
  let [brackets, inLine, deepest] = [0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') brackets += 1;
    else if (token === ']' || token === '}') brackets -= 1;
    else if (token === '-' || token === '?') inLine += 1;
    else if (token === '\n' || token === '\r\n') inLine = 0;
    deepest = Math.max(deepest, brackets + inLine);
  }
  return deepest;
}
