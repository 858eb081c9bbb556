import {createHash} from 'node:crypto';
import type {Exchange} from './transcript.ts';
import type {Words} from './words.ts';

interface Part {
	readonly name: string;
	readonly value?: string;
	readonly file?: {readonly name: string; readonly bytes: number; readonly headers: string};
}

const unnamedFile = 'recorded.iso';
const fileName = /[\w.-]+\.(?:iso|img|qcow2)/;
const seedBytes = 374_784;

/** Whether a request puts a file on a storage. */
export const isUpload = ({method, path}: Exchange): boolean =>
	method === 'POST' && /\/storage\/[^/]+\/upload$/.test(path);

/** Whether its body is what an upload has to be. */
export const isMultipart = ({headers}: Exchange): boolean => headers['content-type']?.startsWith('multipart/') === true;

/** The name of the file that an upload sends, where the recorder wrote it down. */
export function fileNameIn(exchange: Exchange): string | undefined {
	const name = fileOf(partsOf(exchange, undefined))?.name;
	return name === unnamedFile ? undefined : name;
}

/** The body of an upload of a file of this kind, size and name; what was in the recorded one is not known. */
export function multipartOf(exchange: Exchange, known: string | undefined, words: Words): Buffer {
	const {headers, note} = exchange;
	const boundary = /boundary=(\S+)/.exec(headers['content-type'] ?? '')?.[1] ?? 'b';
	const parts = partsOf(exchange, known);
	const {name: called = '', bytes = 0} = fileOf(parts) ?? {};
	const content = contentOf(called, bytes, note);
	learnChecksum(parts, content, words);
	const written = parts.map(({name, value = '', file}) => {
		const [more, data] = file === undefined ? ['', Buffer.from(words.translate(value))] : [file.headers, content];
		const disposition = file === undefined ? `name="${name}"` : `name="${name}"; filename="${file.name}"`;
		const head = `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${more}\r\n`;
		return Buffer.concat([Buffer.from(head), data, Buffer.from('\r\n')]);
	});
	return Buffer.concat([...written, Buffer.from(`--${boundary}--\r\n`)]);
}

const fileOf = (parts: readonly Part[]): Part['file'] => parts.find(({file}) => file !== undefined)?.file;

/** The parts of an upload: listed by the recorder, or named in a few words. */
function partsOf({body = '', note, query}: Exchange, known: string | undefined): readonly Part[] {
	const listed = /^multipart: (\[.*\])$/s.exec(body)?.[1];
	if (listed !== undefined) return (JSON.parse(listed) as readonly (readonly string[])[]).map(partOf);
	const name = fileName.exec(`${body} ${note}`)?.[0] ?? known ?? unnamedFile;
	const bytes = Number(/(\d+) bytes/.exec(body)?.[1] ?? seedBytes);
	const file: Part = {name: 'filename', file: {name, bytes, headers: ''}};
	return query.includes('content=') ? [file] : [{name: 'content', value: 'iso'}, file];
}

function partOf([name = '', second = '', size, headers = '']: readonly string[]): Part {
	if (size === undefined) return {name, value: second};
	const bytes = Number(/(\d+)/.exec(size)?.[1] ?? 0);
	return {name, file: {name: second.replace(/^filename=/, ''), bytes, headers}};
}

/** The disk in the recorded images, as the VMs that were made from them show it. */
const imageBytes = BigInt(200 * 1024 ** 2);

/** Bytes of the kind that the name promises and the note does not deny. */
function contentOf(name: string, bytes: number, note: string): Buffer {
	const content = Buffer.alloc(bytes);
	if (bytes < 32 || !name.endsWith('.qcow2') || note.includes('raw content')) return content;
	// The head of a qcow2 file, and the size of the disk in it.
	content.write('QFI\xfb', 'latin1');
	content.writeBigUInt64BE(imageBytes, 24);
	return content;
}

/** The recorded file's checksum stands for the one of the bytes that are sent in its place; an obviously wrong one does not. */
function learnChecksum(parts: readonly Part[], bytes: Buffer, words: Words): void {
	const sent = (wanted: string): string | undefined => parts.find(({name}) => name === wanted)?.value;
	const [algorithm, checksum] = [sent('checksum-algorithm'), sent('checksum')];
	if (algorithm !== 'sha256' || checksum === undefined || /^0*$/.test(checksum)) return;
	words.learn(checksum, createHash(algorithm).update(bytes).digest('hex'));
}
