import { html } from 'hono/html';
import type { RuleName } from '@sparkgate/cerbos-policies/kinds';
import type { Bundle } from '../../../decision/bundle.ts';
import type { Explanation } from '../../../decision/explain.ts';
import { reasonTold } from '../../../domain/messages/messages.ts';
import { complaintOf, errorSummary, textField, type Entered } from '../../ui/fields.ts';
import { facts } from '../../ui/facts.ts';
import type { Html } from '../../ui/html.ts';
import type { Locale } from '../../ui/locale.ts';
import { table } from '../../ui/table.ts';
import { routes } from '../../routes.ts';

/** What is sent along with the question as JSON objects. */
export const JSON_FIELDS = ['properties', 'subject_properties', 'resource_properties', 'context'] as const;
export type JsonField = (typeof JSON_FIELDS)[number];

/** The question, as a service would send it. It goes into the address, so that it can be passed on and asked again. */
export function askForm(locale: Locale, entered: Entered, kinds: Bundle['kinds']): Html {
  const words = locale.words.review;
  const rest = JSON_FIELDS.filter((name) => name !== 'properties');
  const actions = [...new Set([...kinds.values()].flatMap((kind) => [...kind.actions]))].toSorted();
  return html`<section class="card" aria-labelledby="ask">
    <h2 id="ask">${words.ask}</h2>
    ${errorSummary(locale, entered)}
    <form method="get" action="${routes.review()}" class="ask">
      ${listField(entered, { name: 'subject_type', label: words.subjectType, options: ['user', 'tiktok_account'] })}
      ${textField(entered, { name: 'subject_id', label: words.subjectId, maxLength: 128 })}
      ${listField(entered, { name: 'action', label: words.action, options: actions })}
      ${listField(entered, { name: 'resource_type', label: words.resourceType, options: [...kinds.keys()].toSorted() })}
      ${textField(entered, { name: 'resource_id', label: words.resourceId, maxLength: 128 })}
      ${jsonField(locale, entered, 'properties', words.propertiesHint)}
      <details class="wide"${rest.some((name) => (entered.values[name] ?? '') !== '') ? html` open` : ''}>
        <summary>${words.moreSent}</summary>
        ${rest.map((name) => jsonField(locale, entered, name, words.sentHint))}
      </details>
      <p class="actions wide"><button>${words.submit}</button></p>
    </form>
  </section>`;
}

function jsonField(locale: Locale, entered: Entered, name: JsonField, hint: string): Html {
  const complaint = complaintOf(entered, name);
  const described = complaint === null ? `${name}-hint` : `${name}-hint ${name}-error`;
  return html`<div class="field wide">
    <label for="${name}">${locale.words.review[name]}</label>
    <p class="hint" id="${name}-hint">${hint}</p>
    ${complaint === null ? '' : html`<p class="complaint" id="${name}-error">${complaint}</p>`}
    <textarea id="${name}" name="${name}" rows="3" spellcheck="false" aria-describedby="${described}"${complaint === null ? '' : html` aria-invalid="true"`}>
${entered.values[name] ?? ''}</textarea>
  </div>`;
}

/** A field that takes anything, and offers what is known. */
function listField(
  entered: Entered,
  { name, label, options }: { name: string; label: string; options: string[] },
): Html {
  const complaint = complaintOf(entered, name);
  return html`<div class="field">
    <label for="${name}">${label}</label>
    ${complaint === null ? '' : html`<p class="complaint" id="${name}-error">${complaint}</p>`}
    <input id="${name}" name="${name}" list="${name}-known" value="${entered.values[name] ?? ''}" maxlength="128" autocomplete="off" dir="auto" />
    <datalist id="${name}-known">${options.map((option) => html`<option value="${option}"></option>`)}</datalist>
  </div>`;
}

/** The answer, and all that led to it. */
export function explanationSection(locale: Locale, explanation: Explanation): Html {
  const words = locale.words.review;
  const { decision, pdp, vector } = explanation;
  const answer = decision.decision
    ? html`<span class="answer yes">${words.allow}</span>`
    : html`<span class="answer no">${words.deny}</span>`;
  return html`<section class="card" aria-labelledby="answer">
    <h2 id="answer">${words.answer}</h2>
    <p class="verdict">${answer}</p>
    ${facts([
      [words.via, decision.via ?? words.noPath],
      ...(decision.decision ? [] : [[words.reasons, reasons(locale, explanation)] as const]),
      [words.rulesHeld, rulesHeld(locale, explanation)],
      [words.derivedRoles, pdp && pdp.derivedRoles.length > 0 ? pdp.derivedRoles.join(', ') : words.none],
      [words.matchedPolicy, pdp?.matchedPolicy ?? words.none],
      [words.bundleHash, html`<code class="wrap">${decision.policy}</code>`],
      [words.revision, decision.revision],
    ])}
    ${decision.decision ? '' : changes(locale, explanation)} ${rulesAbout(locale, explanation)}
    <h3>${words.vector}</h3>
    ${vector === null ? html`<p>${words.noVector}</p>` : html`<pre tabindex="0"><code>${JSON.stringify(vector, null, 2)}</code></pre>`}
  </section>`;
}

function reasons(locale: Locale, { reasons: missing }: Explanation): Html {
  if (missing.length === 0) return html`${locale.words.review.noReasons}`;
  const told = missing.map((reason) => reasonTold(reason, locale.language));
  return html`<ul class="plain-list">
    ${told.map(({ code, message }) => html`<li><code>${code}</code> ${message}</li>`)}
  </ul>`;
}

function rulesHeld(locale: Locale, { decision, pdp, about }: Explanation): Html {
  const words = locale.words.review;
  if (!pdp || (pdp.rules.length === 0 && !decision.decision && !about.some(({ effect }) => effect === 'EFFECT_DENY'))) {
    return html`${words.rulesHeldNone}`;
  }
  if (pdp.rules.length === 0) return html`${words.rulesHeldUnnamed}`;
  return html`<ul class="plain-list">
    ${pdp.rules.map(({ name, from }) => html`<li><code>${name}</code> <span class="badge">${from}</span></li>`)}
  </ul>`;
}

/** The fewest facts that would have to be otherwise. */
function changes(locale: Locale, { changes: needed }: Explanation): Html {
  const words = locale.words.review;
  if (needed.length === 0) return html`<h3>${words.changes}</h3><p>${words.noChanges}</p>`;
  return html`<h3>${words.changes}</h3>
    <p class="hint">${words.changesHint}</p>
    ${table(
      words.changes,
      [
        { label: words.fact, main: true, cell: ({ fact }) => html`<code>${fact}</code>` },
        { label: words.from, cell: ({ from }) => html`<code>${JSON.stringify(from)}</code>` },
        { label: words.to, cell: ({ to }) => html`<code>${JSON.stringify(to)}</code>` },
      ],
      needed,
    )}`;
}

function rulesAbout(locale: Locale, { about, pdp }: Explanation): Html {
  const words = locale.words.review;
  if (about.length === 0) return html`<h3>${words.rulesAbout}</h3><p>${words.rulesAboutNone}</p>`;
  const held = new Set(pdp?.rules.map(({ name }) => name));
  const effects: Readonly<Record<string, string>> = words.effects;
  const mark = ({ name }: RuleName): Html | string =>
    held.has(name) ? html`<span class="answer yes">${words.held}</span>` : '';
  return html`<h3>${words.rulesAbout}</h3>
    <ul class="plain-list">
      ${about.map((rule) => html`<li><code>${rule.name}</code> <span class="whole">${effects[rule.effect] ?? rule.effect}</span> ${mark(rule)}</li>`)}
    </ul>`;
}
