import {processIo} from '../lib/main/io.ts';
import {systemClock} from '../lib/time/clock.ts';
import {runProof} from './proof/boot/command.ts';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
process.exitCode = await runProof(process.argv.slice(2), processIo(process, systemClock), interrupted.signal);
