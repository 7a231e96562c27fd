import type { HtmlEscapedString } from 'hono/utils/html';

/** Escaped markup, as `html` of hono/html makes it. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;
