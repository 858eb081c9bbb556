import {randomUUID} from 'node:crypto';

interface FilePart {
	readonly name: string;
	readonly fileName: string;
	readonly bytes: Uint8Array;
}

/** A multipart/form-data body: the fields in their order, then the file. */
export function encodeMultipart(
	fields: Readonly<Record<string, string>>,
	file: FilePart,
): {readonly bytes: Uint8Array; readonly contentType: string} {
	const boundary = `----garm-${randomUUID()}`;
	const parts: (string | Uint8Array)[] = [];
	for (const [name, value] of Object.entries(fields)) {
		parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
	}
	// AnyEvent.pm takes the part for a file only if Content-Disposition is its first header.
	parts.push(
		`--${boundary}\r\nContent-Disposition: form-data; name="${file.name}"; filename="${file.fileName}"\r\n`,
		'Content-Type: application/octet-stream\r\n\r\n',
		file.bytes,
		`\r\n--${boundary}--\r\n`,
	);
	const bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
	return {bytes, contentType: `multipart/form-data; boundary=${boundary}`};
}
