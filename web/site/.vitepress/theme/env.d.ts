/** Address of the folder with the built widgets, base path included. Set in config.ts. */
declare const __WIDGETS__: string;
