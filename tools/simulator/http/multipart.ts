import {texts} from '../refusal.ts';

export interface Upload {
	readonly filename: string;
	readonly data: Buffer;
}

export interface Multipart {
	readonly fields: Readonly<Record<string, string>>;
	readonly upload?: Upload;
}

/** A file in a part that is not called `filename`. */
export class WrongFileField extends Error {
	override readonly name = 'WrongFileField';
	readonly field: string;

	constructor(field: string) {
		super(`file in the part '${field}'`);
		this.field = field;
	}
}

const order = ['content', 'checksum-algorithm', 'checksum'];
const lineEnd = Buffer.from('\r\n\r\n');

/**
 * An upload's parts. They are read in one order only (content, checksum-algorithm, checksum, then the file, which ends
 * the reading), each part's Content-Disposition must come first. pve-http-server AnyEvent.pm file_upload_multipart.
 */
export function decodeMultipart(body: Buffer, contentType: string): Multipart {
	const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
	if (boundary === undefined) throw texts.badMultipart();
	const fields: Record<string, string> = {};
	let last = -1;
	for (const part of partsOf(body, `--${boundary}`)) {
		const end = part.indexOf(lineEnd);
		if (end < 0) throw texts.badMultipart();
		const first = part.subarray(0, end).toString('utf8').split('\r\n')[0] ?? '';
		const data = part.subarray(end + lineEnd.length);
		const name = /^content-disposition:\s*form-data;.*?\bname="([^"]*)"/i.exec(first)?.[1];
		if (name === 'filename') {
			const filename = /\bfilename="([^"]*)"/i.exec(first)?.[1] ?? '';
			return {fields, upload: {filename, data: Buffer.from(data)}};
		}
		const at = order.indexOf(name ?? '');
		if (at < 0 && /\bfilename="/i.test(first)) throw new WrongFileField(name ?? '');
		if (at < 0 || at <= last) throw texts.badMultipart();
		last = at;
		fields[name ?? ''] = data.toString('utf8');
	}
	return {fields};
}

function* partsOf(body: Buffer, delimiter: string): Generator<Buffer> {
	const marker = Buffer.from(delimiter);
	let at = body.indexOf(marker);
	while (at >= 0) {
		const start = at + marker.length;
		if (body.subarray(start, start + 2).toString('latin1') === '--') return;
		const next = body.indexOf(Buffer.from(`\r\n${delimiter}`), start);
		if (next < 0) return;
		yield body.subarray(start + 2, next);
		at = next + 2;
	}
}
