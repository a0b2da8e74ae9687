import { AttnlabError, type Code } from "attnlab";
import { expect } from "vitest";

export interface Expected {
  code: Code;
  operation: string;
  argument: string;
  message?: RegExp;
}

/** Checks the parts of an error and the form of its message. */
export function expectFault(error: unknown, { code, operation, argument, message }: Expected): AttnlabError {
  if (!(error instanceof AttnlabError)) expect.fail(`an AttnlabError was expected, not ${String(error)}`);
  expect({ code: error.code, operation: error.operation, argument: error.argument }).toEqual({
    code,
    operation,
    argument,
  });
  expect(error.name).toBe("AttnlabError");
  expect(error.message.startsWith(`${operation}: `)).toBe(true);
  expect(error.message).toContain(argument);
  expect(error.expected).not.toBe("");
  expect(error.actual).not.toBe("");
  if (message) expect(error.message).toMatch(message);
  return error;
}

/** Calls and returns what was thrown. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Expects a call to be refused. */
export const expectRefusal = (call: () => unknown, expected: Expected): AttnlabError =>
  expectFault(thrownBy(call), expected);

/** Expects a promise to be rejected. */
export async function expectRejection(promise: Promise<unknown>, expected: Expected): Promise<AttnlabError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return expectFault(error, expected);
}
