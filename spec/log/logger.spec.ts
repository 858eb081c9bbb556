import test from 'ava';
import {createLogger, type LogLevel, logLevels, silentLogger} from '../../lib/log/logger.ts';

const linesOf = (level: LogLevel) => {
	const lines: string[] = [];
	const logger = createLogger(
		level,
		(line) => lines.push(line),
		() => Date.UTC(2026, 10, 23, 20, 0, 0, 7),
	);
	for (const each of logLevels) logger[each](`a ${each}`);
	return {lines, logger};
};

test('what is below the level is dropped', (t) => {
	const told = logLevels.map((level) => linesOf(level).lines.length);
	t.deepEqual(told, [4, 3, 2, 1]);
	t.deepEqual(linesOf('error').lines, ['2026-11-23T20:00:00.007Z error a error\n']);
});

test('fields follow as JSON, those without a value do not', (t) => {
	const {lines, logger} = linesOf('error');
	logger.error('clone', {vmid: 7, name: 'a "b"\nc', pool: undefined, full: false});
	t.is(lines.at(-1), '2026-11-23T20:00:00.007Z error clone vmid=7 name="a \\"b\\"\\nc" full=false\n');
});

test('a silent logger takes everything, and tells nobody', (t) => {
	for (const level of logLevels) t.is(silentLogger[level]('x', {vmid: 7}), undefined);
});
