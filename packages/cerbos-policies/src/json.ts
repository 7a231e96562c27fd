/** A value of JSON. An optional property that is left out is `undefined`. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };
