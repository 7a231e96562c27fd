import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { ADMIN_KEY, testApp, type TestApp } from '../support/app.ts';
import { standardWorld, tokenOf } from '../support/cast.ts';
import { inWords } from '../support/outcome.ts';
import { sql } from '../support/sql.ts';

let app: TestApp;
beforeAll(async () => {
  const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  const binary = await readFile(wasm);
  prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(binary).buffer } });
  app = await testApp();
  await standardWorld(app);
});
afterAll(async () => app.close());

const REQUESTS = '/v1/business-centers/bc1/access-requests';
const ADM = { actor: 'user:adm' };
const HEADERS = { Authorization: `Bearer ${ADMIN_KEY}`, 'X-Actor': 'user:adm' };

async function request(): Promise<{ id: string; consent_url: string }> {
  return (await app.call('POST', REQUESTS, { ...ADM, body: { scopes: ['POST'] } })).body;
}

/** What a camera reads. */
async function scanned(picture: Parameters<typeof readBarcodes>[0]): Promise<string[]> {
  const read = await readBarcodes(picture, { formats: ['QRCode'] });
  return read.map(({ text }) => text);
}

test('the PNG reads as the consent URL', async () => {
  const { id, consent_url: url } = await request();
  const response = await app.request(`${REQUESTS}/${id}/qr.png`, { headers: HEADERS });
  expect(response.headers.get('Content-Type')).toBe('image/png');
  expect(await scanned(new Uint8Array(await response.arrayBuffer()))).toEqual([url]);
  expect(url).toMatch(/^http:\/\/sparkgate\.test\/consent\/[\w-]{43}$/);
});

test('the SVG reads as the consent URL', async () => {
  const { id, consent_url: url } = await request();
  const response = await app.request(`${REQUESTS}/${id}/qr.svg`, { headers: HEADERS });
  expect(response.headers.get('Content-Type')).toBe('image/svg+xml');
  expect(await scanned(rasterized(await response.text()))).toEqual([url]);
});

test.each([
  ['cancelled', async (id: string) => app.call('POST', `${REQUESTS}/${id}/cancel`, ADM)],
  ['approved', async (_: string, token: string) => answer(token, 'approve')],
  ['declined', async (_: string, token: string) => answer(token, 'decline')],
  [
    'expired',
    async (id: string) => sql(app, `update access_request set expires_at = now() - interval '1 s' where id = $1`, [id]),
  ],
])('409 once the request is %s', async (_, end) => {
  const { id, consent_url: url } = await request();
  await end(id, tokenOf(url));
  for (const picture of ['qr.svg', 'qr.png']) {
    expect(inWords(await app.call('GET', `${REQUESTS}/${id}/${picture}`, ADM))).toBe('409 conflict');
  }
});

test('403: the picture is the link, so only administrators see it', async () => {
  const { id } = await request();
  const answered = await app.call('GET', `${REQUESTS}/${id}/qr.png`, { actor: 'user:sam' });
  expect(inWords(answered)).toBe('403 forbidden NOT_AN_ADMIN');
});

const answer = async (token: string, what: string) =>
  app.call('POST', `/v1/consents/${token}/${what}`, { actor: 'tiktok_account:brand' });

/** Draws the one path of horizontal strokes that the SVG consists of. */
function rasterized(svg: string) {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const scale = 4;
  const data = new Uint8ClampedArray((size * scale) ** 2 * 4).fill(255);
  const [, strokes = ''] = /stroke="#000000" d="([^"]+)"/.exec(svg) ?? [];
  let [x, y] = [0, 0];
  for (const [, command, first = '0', second = '0'] of strokes.matchAll(/([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?/g)) {
    if (command === 'M') [x, y] = [Number(first), Math.floor(Number(second))];
    else if (command === 'm') [x, y] = [x + Number(first), y + Number(second)];
    else {
      blacken(data, size * scale, { left: x * scale, top: y * scale, width: Number(first) * scale, height: scale });
      x += Number(first);
    }
  }
  return { data, width: size * scale, height: size * scale, colorSpace: 'srgb' } as const;
}

function blacken(
  data: Uint8ClampedArray,
  line: number,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): void {
  for (let row = top; row < top + height; row += 1) {
    for (let column = left; column < left + width; column += 1)
      data.fill(0, (row * line + column) * 4, (row * line + column) * 4 + 3);
  }
}
