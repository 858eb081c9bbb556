import type {AddCommand} from '../lib/main/operator/program.ts';
import {addDemoCommand} from './demo/command.ts';
import {addSimulatorCommand} from './simulator-command.ts';

/** The subcommands of `garm-proxmox` that are at home outside of lib. */
export const operatorCommands: readonly AddCommand[] = [addSimulatorCommand, addDemoCommand];
