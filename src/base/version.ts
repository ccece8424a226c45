/** The version of dv; equal to package.json's (a test). */
export const version = '0.1.0'
