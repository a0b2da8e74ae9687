// The bundler keeps this one field of the file.
export { version } from "../../package.json";
