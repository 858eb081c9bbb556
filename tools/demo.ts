import {systemClock} from '../lib/time/clock.ts';
import {runDemo} from './demo/story.ts';

process.exitCode = await runDemo((text) => void process.stdout.write(text), systemClock);
