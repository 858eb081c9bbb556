import * as v from 'valibot';

const texts = v.array(v.string());
const factsSchema = v.object({
	datasource: v.string(),
	cloudInitErrors: texts,
	cloudInitWarnings: texts,
	instanceId: v.string(),
	hostName: v.string(),
	hostNameResolves: v.boolean(),
	groups: texts,
	shell: v.string(),
	sudo: v.boolean(),
	authorizedKeys: texts,
	service: v.string(),
	serviceActive: v.boolean(),
	serviceEnabled: v.boolean(),
	owners: v.record(v.string(), v.string()),
	dependenciesBy: v.string(),
	loginSessions: v.number(),
	leftOver: texts,
	packages: v.record(v.string(), v.string()),
	certificateTrusted: v.boolean(),
	tokenForRoot: texts,
	tokenForRunner: texts,
	tokenInJournalForRunner: v.boolean(),
	tokenOnSeedForRunner: v.boolean(),
});

/** What the guest reports of itself when all of cloud-init is over (guest/facts.py). */
export type Facts = Readonly<v.InferOutput<typeof factsSchema>>;

/** The guest's report, checked; undefined where none came or where it is not whole. */
export function parseFacts(report: unknown): Facts | undefined {
	const {success, output} = v.safeParse(factsSchema, report);
	return success ? output : undefined;
}
