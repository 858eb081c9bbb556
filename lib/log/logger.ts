/** How much is told, the quietest last. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Small values that go beside a constant message; secrets never go in. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where progress is told. */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

/** A logger that writes one line per message: time, level, message, fields as JSON; what is below `level` is dropped. */
export function createLogger(level: LogLevel, write: (line: string) => void, now: () => number): Logger {
	const least = logLevels.indexOf(level);
	const at =
		(own: LogLevel) =>
		(message: string, fields: LogFields = {}) => {
			if (logLevels.indexOf(own) < least) return;
			const told = Object.entries(fields).filter(([, value]) => value !== undefined);
			const tail = told.map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join('');
			write(`${new Date(now()).toISOString()} ${own} ${message}${tail}\n`);
		};
	return {debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error')};
}

/** A logger that tells nobody. */
export const silentLogger: Logger = {debug() {}, info() {}, warn() {}, error() {}};
