// Calls Ory's client in Node: each line of JSON on standard input is a call, and answered by one.
"use strict";

const { createInterface } = require("node:readline");

const { Configuration, FrontendApi, IdentityApi } = require(process.argv[2]);
const MILLISECONDS_TO_ANSWER = 30_000;

async function ask({ basePath, token, call, parameters }) {
  const configuration = new Configuration({
    basePath,
    // One of Ory's two packages reads this, the other that.
    apiKey: token && `Bearer ${token}`,
    accessToken: token,
    // A browser sends its origin by itself.
    baseOptions: { timeout: MILLISECONDS_TO_ANSWER, headers: { Origin: new URL(basePath).origin } },
  });
  const apis = [new FrontendApi(configuration), new IdentityApi(configuration)];
  const api = apis.find((each) => call in each);
  try {
    return { isError: false, ...(await api[call](parameters)) };
  } catch (error) {
    if (!error.response) throw error;
    return { isError: true, ...error.response };
  }
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    const { isError, status, headers, data } = await ask(JSON.parse(line));
    console.log(JSON.stringify({ isError, status, headers, data }));
  }
}

main();
