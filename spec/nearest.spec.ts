import test from 'ava';
import {nearestWord} from '../lib/nearest.ts';

const known = ['config', 'schema', 'simulator', 'demo', 'cores', 'memory_mib'];

const means = test.macro({
	exec: (t, word: string, expected: string | undefined) => t.is(nearestWord(word, known), expected),
	title: (_, word: string, expected: string | undefined) =>
		`${JSON.stringify(word)} means ${expected ?? 'nothing known'}`,
});
test('a letter is missing', means, 'confg', 'config');
test(means, 'confiig', 'config');
test(means, 'cofnig', 'config');
test(means, 'kores', 'cores');
test(means, 'CORES', 'cores');
test(means, 'memory_mb', 'memory_mib');
test(means, 'memoryMiB', 'memory_mib');
test(means, 'similator', 'simulator');
test(means, 'network', undefined);
test(means, '', undefined);

test('of no known words none is near', (t) => {
	t.is(nearestWord('config', []), undefined);
});
