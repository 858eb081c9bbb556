/** The interface versions that the provider speaks; GARM's own v0.1.1 fails on every list, so v0.1.0 comes first. */
export const supportedInterfaceVersions = ['v0.1.0', 'v0.1.1'] as const;
