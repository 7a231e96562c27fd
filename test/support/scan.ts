import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

/** What a camera reads of a picture (PNG): the text of each QR code in it. */
export async function scan(picture: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  const binary = await readFile(wasm);
  prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(binary).buffer } });
  const read = await readBarcodes(picture, { formats: ['QRCode'] });
  return read.map(({ text }) => text);
}
