export const UPGRADE = 'upgrade';
