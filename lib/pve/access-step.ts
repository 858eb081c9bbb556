import {type AccessStep, splitHolders} from '../access/step.ts';
import {readRow, required, textIn} from './decode.ts';
import type {Engine} from './engine.ts';

/** What a step does, behind "Unable to". */
export function describeStep(step: AccessStep): string {
	const [verb = '', object = ''] = step.do.split('-');
	const name = 'path' in step && 'role' in step ? `${step.role} on ${step.path}` : nameOf(step);
	return [verb, ...(object === '' ? [] : [object]), name].join(' ');
}

function nameOf(step: AccessStep): string {
	if ('token' in step) return `${step.user}!${step.token}`;
	if ('user' in step) return step.user;
	if ('pool' in step) return step.pool;
	return 'storage' in step ? step.storage : step.role;
}

/** Takes a step; gives the secret where the step made a token. */
export async function takeStep(engine: Engine, step: AccessStep): Promise<string | undefined> {
	const call = callFor(step);
	const {data} = await engine.ask(call);
	return step.do === 'add-token' ? required(textIn(readRow(data, 'a token'), 'value'), 'value', 'a token') : undefined;
}

function callFor(step: AccessStep): Parameters<Engine['ask']>[0] {
	const at = encodeURIComponent;
	switch (step.do) {
		case 'add-role':
			return {method: 'POST', path: '/access/roles', parameters: {roleid: step.role, privs: step.privileges.join(' ')}};
		case 'extend-role':
			return {
				method: 'PUT',
				path: `/access/roles/${at(step.role)}`,
				parameters: {privs: step.privileges.join(' '), append: true},
			};
		case 'remove-role':
			return {method: 'DELETE', path: `/access/roles/${at(step.role)}`};
		case 'add-pool':
			return {method: 'POST', path: '/pools', parameters: {poolid: step.pool, comment: step.comment}};
		case 'remove-pool':
			return {method: 'DELETE', path: `/pools/${at(step.pool)}`};
		case 'add-members':
		case 'remove-members':
			return {
				method: 'PUT',
				path: `/pools/${at(step.pool)}`,
				parameters: {vms: step.vmids.join(','), ...(step.do === 'remove-members' ? {delete: true} : {})},
			};
		case 'add-storage':
			return {
				method: 'POST',
				path: '/storage',
				parameters: {storage: step.storage, type: 'dir', path: step.path, content: 'iso'},
			};
		case 'remove-storage':
			return {method: 'DELETE', path: `/storage/${at(step.storage)}`};
		case 'add-user':
			return {method: 'POST', path: '/access/users', parameters: {userid: step.user, comment: step.comment}};
		case 'remove-user':
			return {method: 'DELETE', path: `/access/users/${at(step.user)}`};
		case 'add-token':
			return {
				method: 'POST',
				path: `/access/users/${at(step.user)}/token/${at(step.token)}`,
				parameters: {privsep: true},
			};
		case 'remove-token':
			return {method: 'DELETE', path: `/access/users/${at(step.user)}/token/${at(step.token)}`};
		case 'grant':
		case 'revoke': {
			const {users, tokens} = splitHolders(step.whose);
			return {
				method: 'PUT',
				path: '/access/acl',
				parameters: {
					path: step.path,
					roles: step.role,
					...(users === '' ? {} : {users}),
					...(tokens === '' ? {} : {tokens}),
					...(step.do === 'revoke' ? {delete: true} : {}),
				},
			};
		}
	}
}
