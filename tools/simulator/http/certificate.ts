import {createHash, generateKeyPairSync, randomBytes, sign, X509Certificate} from 'node:crypto';

export interface Certificate {
	readonly keyPem: string;
	readonly certificatePem: string;
	/** SHA-256 over the DER form, `AA:BB:..` as PVE's web interface shows it. */
	readonly fingerprint: string;
}

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
	const body = Buffer.concat(parts);
	if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
	const digits = body.length.toString(16);
	const length = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
	return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const time = (date: Date): Buffer =>
	der(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`, 'latin1'));

const ecdsaWithSha256 = '2a8648ce3d040302';
const commonName = '550403';
const subjectAltName = '551d11';
const basicConstraints = '551d13';
const dayMs = 86_400_000;

/** A certificate signed by its own key (EC P-256), good for localhost and 127.0.0.1. RFC 5280, section 4.1. */
export function selfSigned(name: string): Certificate {
	const {privateKey, publicKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
	const subject = sequence(der(0x31, sequence(oid(commonName), der(0x0c, Buffer.from(name, 'utf8')))));
	const algorithm = sequence(oid(ecdsaWithSha256));
	const names = sequence(
		der(0x82, Buffer.from('localhost', 'latin1')),
		der(0x82, Buffer.from(name, 'latin1')),
		der(0x87, Buffer.from([127, 0, 0, 1])),
	);
	const now = Date.now();
	const body = sequence(
		der(0xa0, der(0x02, Buffer.from([2]))),
		der(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
		algorithm,
		subject,
		sequence(time(new Date(now - dayMs)), time(new Date(now + 3650 * dayMs))),
		subject,
		publicKey.export({type: 'spki', format: 'der'}),
		der(
			0xa3,
			sequence(
				sequence(oid(subjectAltName), der(0x04, names)),
				sequence(
					oid(basicConstraints),
					der(0x01, Buffer.from([0xff])),
					der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
				),
			),
		),
	);
	const signature = sign('sha256', body, privateKey);
	const raw = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
	const digest = createHash('sha256').update(raw).digest('hex').toUpperCase();
	return {
		keyPem: privateKey.export({type: 'pkcs8', format: 'pem'}).toString(),
		certificatePem: new X509Certificate(raw).toString(),
		fingerprint: digest.match(/../g)?.join(':') ?? '',
	};
}
