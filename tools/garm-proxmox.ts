#!/bin/sh
//bin/sh -c :; exec node "$0" "$@" # an environment may have no PATH: sh's own finds node in /usr/local/bin too
import {processIo} from '../lib/main/io.ts';
import {runOperator} from '../lib/main/operator/program.ts';
import {systemClock} from '../lib/time/clock.ts';
import {operatorCommands} from './operator-commands.ts';

const io = processIo(process, systemClock);
process.exitCode = await runOperator(process.argv.slice(2), io, operatorCommands);
