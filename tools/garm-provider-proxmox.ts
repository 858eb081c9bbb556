#!/bin/sh
//bin/sh -c :; exec node "$0" "$@" # GARM's environment has no PATH: sh's own finds node in /usr/local/bin too
import {processIo} from '../lib/main/io.ts';
import {runProvider} from '../lib/main/provider.ts';
import {stopOf} from '../lib/main/stop.ts';
import {systemClock} from '../lib/time/clock.ts';

process.exitCode = await runProvider(processIo(process, systemClock, stopOf(process)));
