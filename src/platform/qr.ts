import QRCode from 'qrcode';

/** Four modules of quiet zone, as ISO/IEC 18004 asks, and 15% of error correction: enough for a screen or a print. */
const SHAPE = { margin: 4, errorCorrectionLevel: 'M' } as const;

/** The QR code of a text as an SVG document. */
export async function qrSvg(text: string): Promise<string> {
  return QRCode.toString(text, { ...SHAPE, type: 'svg' });
}

/** The QR code of a text as a PNG picture, large enough to print. */
export async function qrPng(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await QRCode.toBuffer(text, { ...SHAPE, type: 'png', scale: 12 }));
}
