import type {Facts} from '../fault.ts';

/** The sentences with the pveum lines that give the token what a 403 says is missing; none where it does not say. */
export function grantFor({path, privilege}: Facts, tokenId: string): readonly string[] {
	if (typeof path !== 'string' || typeof privilege !== 'string') return [];
	const [user = tokenId] = tokenId.split('!');
	// PVE joins privileges with "|" whether one of them or all are needed.
	const privileges = privilege.split('|');
	const role = `Garm-${privileges[0]?.replaceAll('.', '-')}`;
	return [
		// AccessControl.pm roles: the deepest path that names a user replaces what higher paths gave.
		'Where the token has its rights from a higher path, take the whole role that garm-proxmox doctor prints.',
		`On a node, root grants it with: pveum role add ${role} --privs "${privileges.join(' ')}"; pveum acl modify ${path} --users ${user} --tokens '${tokenId}' --roles ${role}`,
	];
}
