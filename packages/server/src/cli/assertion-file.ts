import { readFile } from 'node:fs/promises';
import { CommandError } from './command.ts';

/** An assertion as it would be sent. */
export interface AssertionText {
  readonly kind: 'JWT' | 'SAML';
  readonly text: string;
}

const LINE_END = /\r?\n$/;
/** In front of XML: white space, byte order marks, and the other half of what UTF-16 writes. As bytes. */
const BEFORE_XML = /^(?:[\s\0\xff\xfe]|\xef\xbb\xbf|\xc2\xa0)*</;

/**
 * Whoever has an assertion has it as it was sent, or as the XML it was before. But for the line end that an editor adds
 * nothing is mended: the server would not mend it either.
 * @throws CommandError where there is nothing to judge
 */
export async function readAssertion(file: string): Promise<AssertionText> {
  // Byte for byte, so that what is no UTF-8 stays what it is.
  const bytes = (await read(file)).toString('latin1').replace(LINE_END, '');
  if (bytes.trim() === '') throw new CommandError('The file is empty.');
  if (BEFORE_XML.test(bytes)) return { kind: 'SAML', text: Buffer.from(bytes, 'latin1').toString('base64url') };
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  return { kind: text.includes('.') ? 'JWT' : 'SAML', text };
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch {
    throw new CommandError(`There is no file ${file} that can be read.`);
  }
}
