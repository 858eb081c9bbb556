/** One request as specs and the control port see it. */
export interface LoggedRequest {
	/** Counted from 1 over the simulator's life. */
	readonly n: number;
	/** Milliseconds of the simulator's clock. */
	readonly at: number;
	readonly method: string;
	/** Below /api2/json, without the query. */
	readonly path: string;
	readonly operation: string;
	readonly query: Readonly<Record<string, string | readonly string[]>>;
	readonly form: Readonly<Record<string, string | readonly string[]>>;
	/** 0 until it is answered; -1 where the connection was broken instead. */
	status: number;
	/** The node in the path, or the one asked. */
	readonly node: string;
	/** Real milliseconds until the answer. */
	ms: number;
}

const secret = /password|secret|token/i;

/** The parameters with everything secret replaced. */
export function masked(
	parameters: Readonly<Record<string, string | readonly string[]>>,
): Readonly<Record<string, string | readonly string[]>> {
	return Object.fromEntries(
		Object.entries(parameters).map(([key, value]) => [key, secret.test(key) ? '<redacted>' : value]),
	);
}
