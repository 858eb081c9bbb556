import {cloneUnheard, destroy, moveConfig} from './guests.ts';
import {allOnline, haRoundMs, killNodeLater, loseQuorum, setNode, setSsh} from './nodes.ts';
import {allowTags, forbidTags, grant, grantWhatIsTold, onTaggedVm, registerTag} from './privileges.ts';
import type {Interlude, Scene} from './scene.ts';
import {killSoon, slowCopies, slowCreates} from './storages.ts';

/** Something the recorder did in a shell, or a machine did by itself, and wrote down in these words beside a request. */
interface Direction {
	readonly note: RegExp;
	/** Only in scenarios whose file is called so. */
	readonly file?: RegExp;
	readonly act: (scene: Scene) => void | Promise<void>;
	/** The answer beside it is what tells how things stood. */
	readonly copies?: true;
}

/** What was done before the request. */
export const before: readonly Direction[] = [
	// Storage that was made slow, so that a clone lasts.
	{note: /artificial (\d+) s/, act: ({theatre, words}) => slowCopies(theatre, Number(words[1]))},
	{note: /(?:^|\()(\d+) s(?: full clone|\))/, act: ({theatre, words}) => slowCopies(theatre, Number(words[1]))},
	{note: /^slow full clone(?! \(artificial)/, act: ({theatre}) => slowCopies(theatre, 8)},
	{note: /then try to change\/delete the template/, act: ({theatre}) => slowCopies(theatre, 5)},
	{note: /^SLOW (shared|local) storage/, act: slowCreates},
	{note: /^client disconnected right after sending the clone/, act: cloneUnheard},
	// Privileges for one request.
	{note: /^upload without privilege/, act: ({theatre}) => grant(theatre)},
	{note: /^delete iso with only (\S+)/, act: (scene) => grant(scene.theatre, onLocalStorage(scene))},
	{note: /^user-tag-access (user-allow=\S+): had "(.*)", sets ".*", token has VM.Config.Options/, act: allowTags},
	{
		note: /^user-allow=none with Sys.Modify on \//,
		act: ({theatre}) => grant(theatre, onTaggedVm, {path: '/', privileges: ['Sys.Modify']}),
	},
	{note: /^create with tags under (user-allow=\w+)/, act: (scene) => forbidTags(scene, '/vms/602', 'PVEVMAdmin')},
	{
		note: /^clone of a template which has tags, under (user-allow=\w+)/,
		act: (scene) => forbidTags(scene, '/', 'PVEAdmin'),
	},
	{note: /tag is registered$/, act: registerTag},
	{note: /^own task, token without any privilege/, act: ({theatre}) => grant(theatre)},
	{note: /^realistic ACLs$/, copies: true, act: grantWhatIsTold},
	// Daemons stopped, cables pulled.
	{note: /^(n\d): pveproxy\+pvedaemon stopped/, act: (scene) => setNode(scene, 'api-down')},
	{note: /^(n\d): only pvedaemon stopped/, act: (scene) => setNode(scene, 'daemon-down')},
	{note: /^(n\d): pveproxy hangs/, act: (scene) => setNode(scene, 'api-hanging')},
	{note: /^(n\d): pvedaemon hangs/, act: (scene) => setNode(scene, 'daemon-hanging')},
	{note: /pveproxy of (n\d) stopped|(n\d) pveproxy stopped/, act: (scene) => setNode(scene, 'api-down')},
	{note: /\b(n\d) dead\b/, file: /^17-/, act: (scene) => setNode(scene, 'dead')},
	{note: /^finished task of the dead (n\d)$/, act: (scene) => setNode(scene, 'dead')},
	{note: /^(n\d) back/, act: (scene) => setNode(scene, 'online')},
	{note: /^recovered$/, act: ({theatre}) => allOnline(theatre)},
	{note: /after the plain delete of VM (\d+)$/, act: destroy},
	{note: /^VM (\d+) was moved to (n\d) by a rename/, act: moveConfig},
	{note: /no sshd on (n\d)/, act: ({theatre, words}) => setSsh(theatre, false, words[1])},
	{note: /^clone 0.5 s after two of three nodes died/, act: loseQuorum},
];

const onLocalStorage = ({words}: Scene) => ({path: '/storage/local', privileges: [words[1] ?? '']});

/** What was done when the request had been answered. */
export const after: readonly Direction[] = [
	{note: /killed with -9/, act: killSoon},
	{note: /(n\d) killed (\d+) s into it/, act: killNodeLater},
];

/** What was done where the recorder wrote something down between requests. */
export const between: readonly {
	readonly note: RegExp;
	readonly act: (interlude: Interlude) => void | Promise<void>;
}[] = [
	{note: /^minimal privileges for/, act: ({theatre}) => grant(theatre)},
	{note: /after SIGCONT/, act: ({theatre}) => allOnline(theatre)},
	{note: /^(n\d) killed/, act: (scene) => setNode(scene, 'dead')},
	{note: /^(n\d) (?:started again|back|API back)/, act: (scene) => setNode(scene, 'online')},
	{note: /while (n\d) is joining again/, act: (scene) => setNode(scene, 'online')},
	{note: /^corosync on (n\d) killed/, act: (scene) => setNode(scene, 'no-quorum')},
	{note: /^corosync on (n\d) started again/, act: (scene) => setNode(scene, 'online')},
	{note: /^seconds until hastate of (n\d) is maintenance/, act: (scene) => setNode(scene, 'maintenance', haRoundMs)},
	{note: /^seconds until online again/, act: ({theatre}) => allOnline(theatre, haRoundMs)},
];
