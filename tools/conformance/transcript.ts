/** One recorded request and its answer. */
export interface Exchange {
	readonly kind: 'exchange';
	/** The scenario's file without its ending, and the place in it, counted from 0. */
	readonly file: string;
	readonly index: number;
	/** What the recorder wrote beside it. */
	readonly note: string;
	/** The node that was asked, in a recording of a cluster. */
	readonly via?: string;
	readonly method: string;
	/** The path as it was sent, without `/api2/json` where it began so, and without the query. */
	readonly path: string;
	/** The whole of what was sent behind the host. */
	readonly target: string;
	readonly query: string;
	/** What the request was signed with: `token:ID`, `ticket:USER`, `none`, or a label. */
	readonly credentials: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | undefined;
	readonly answer: Answer;
	/** Milliseconds until the answer. */
	readonly ms: number;
	/** When the answer was given, whole seconds as milliseconds since 1970. */
	readonly at?: number;
}

/** An answer, recorded or simulated. */
export interface Answer {
	/** 0 where the connection ended without one. */
	readonly status: number;
	readonly reason: string;
	/** What JSON says, or the text. */
	readonly body: unknown;
}

/** Something the recorder wrote down between requests. */
export interface Remark {
	readonly kind: 'remark';
	readonly file: string;
	readonly index: number;
	readonly note: string;
	/** File names that lay on the machine. */
	readonly files: readonly string[];
	/** When it was written down, whole seconds as milliseconds since 1970. */
	readonly at?: number;
}

export type Entry = Exchange | Remark;

/** One file of a recording. */
export interface Scenario {
	readonly file: string;
	readonly entries: readonly Entry[];
}

/** Every exchange of a recording, in order. */
export const exchangesOf = (scenarios: readonly Scenario[]): readonly Exchange[] =>
	scenarios.flatMap(({entries}) => entries.filter((entry) => entry.kind === 'exchange'));

/** What an answer carries as its data. */
export const dataOf = ({body}: Answer): unknown =>
	typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined;

/** The rows of an answer that is a list. */
export function rowsOf(answer: Answer): readonly Readonly<Record<string, unknown>>[] {
	const data = dataOf(answer);
	return Array.isArray(data) ? data.filter((row) => typeof row === 'object' && row !== null) : [];
}

/** The parameters of a form body or a query. */
export const formOf = ({body, query}: Exchange): URLSearchParams =>
	new URLSearchParams(body !== undefined && !/^(?:multipart|<|\{)/.test(body) ? body : query);
