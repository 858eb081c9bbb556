import {readVersion} from './version.ts';

/** What the provider says of itself: its version, the interfaces it speaks, and the schemas of what it reads. */
export async function describeProvider(
	what: 'GetVersion' | 'GetSupportedInterfaceVersions' | 'GetConfigJSONSchema' | 'GetExtraSpecsJSONSchema',
): Promise<string> {
	switch (what) {
		case 'GetVersion':
			return `v${await readVersion()}`;
		case 'GetSupportedInterfaceVersions': {
			const {supportedInterfaceVersions} = await import('../garm/versions.ts');
			return JSON.stringify(supportedInterfaceVersions);
		}
		case 'GetConfigJSONSchema': {
			const {configJsonSchema} = await import('../config/schema.ts');
			return JSON.stringify(configJsonSchema());
		}
		case 'GetExtraSpecsJSONSchema': {
			const {extraSpecsJsonSchema} = await import('../garm/extra-specs.ts');
			return JSON.stringify(extraSpecsJsonSchema());
		}
	}
}
