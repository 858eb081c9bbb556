/** How far a request came: no connection, a connection that is not trusted, or handed over to a connection. */
export type Stage = 'connect' | 'tls' | 'sent';

/** A request without a reply. Up to stage `tls` not one byte of it has left. */
export class NoReply extends Error {
	override readonly name = 'NoReply';
	readonly stage: Stage;
	/** The system's or OpenSSL's word for it: "ECONNREFUSED". */
	readonly reason: string;
	readonly method: string;

	constructor(stage: Stage, reason: string, message: string, method = 'GET') {
		super(message);
		this.stage = stage;
		this.reason = reason;
		this.method = method;
	}
}
